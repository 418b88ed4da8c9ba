"""Photos (照片): the evidence inspectors send, and the copies people look at."""
