"""asynclab: asynchronous exercises that run in virtual time and are judged by their trace."""
