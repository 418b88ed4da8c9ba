"""Keeping the bytes of photos: where they lie, whether they are right, offloading, clearing."""
