"""What happens to values on their way to the server and back: encryption, and storage of large ones."""

from .open import Values, open_values
from .settings import Encryption, Key, S3Storage, Storage

__all__ = ["Encryption", "Key", "S3Storage", "Storage", "Values", "open_values"]
