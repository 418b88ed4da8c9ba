"""Resumable uploads (續傳): tus 1.0.0's headers, the parts on disk, and receiving a photo when it is whole."""
