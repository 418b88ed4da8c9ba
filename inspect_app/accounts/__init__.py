"""Accounts: people, their organisations, how they sign in, and their tablets."""
