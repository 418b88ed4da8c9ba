"""Keeping the bytes of photos: locks on shelves, what is named, clearing."""
