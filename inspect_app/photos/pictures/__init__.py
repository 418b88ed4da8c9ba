"""A photo's file: what it is, what it shows, what it tells, and the copies made of it. Knows no database."""
