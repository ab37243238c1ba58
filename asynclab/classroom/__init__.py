"""A JupyterHub classroom: who is in it, what it is made of, what is kept of it."""

__all__ = []
