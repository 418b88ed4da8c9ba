"""The yearly quota: how many inspections the law asks for, how many were done, and what is still needed."""
