"""The version of assetc."""

__version__ = "0.1.0"
