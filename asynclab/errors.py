"""What a command tells a person when it can't do what was asked."""

__all__ = ["CommandError"]


class CommandError(Exception):
    """A command stops here; its text is the Indonesian sentence the person reads.

    The sentence says what is wrong, where, and what to do; it carries no traceback.

    Args:
        sentence: what the person reads.
        exit_code: 2 when the command was used wrongly, 1 when it was right but could not succeed.
    """

    def __init__(self, sentence: str, *, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code
