"""Mutation testing of hidden tests: right answers broken on purpose, one small change at a time."""

__all__ = []
