"""What gunicorn serves in the benchmarks: the application, and the barest handlers beside it."""
