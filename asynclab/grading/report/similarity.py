"""Similarity: answers that are alike beyond what everybody was given, whatever their names, comments and order.

An answer becomes lines of token kinds, in which names chosen by its author are all the same. Lines that
stand in the given code or in the reference solution don't count, nor do those that much of the class
has. What is left is compared without regard to the order of lines.
"""

from __future__ import annotations

import builtins
import keyword
import tokenize
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

__all__ = ["Line", "Pair", "find_pairs", "normalise"]

ALIKE = 0.9
"""Share of the counted tokens that two answers must have in common to be shown."""
LEAST_TOKENS = 60
COMMON_SHARE = 1 / 3
COMMON_LEAST = 5
SIZE_LIMIT = 200_000
STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_START", tokenize.STRING)}
NAME, NUMBER, TEXT = "N", "0", '""'
BUILT_IN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Line:
    """A logical line of an answer: its first and last line in the text, and its tokens."""

    first: int
    last: int
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two answers that are alike.

    first, second: their keys; similarity: 0 to 1, of the tokens that count; lines: how many lines
    count in the shorter one; matches: for either, the lines of its text that count and stand in both.
    """

    first: str
    second: str
    similarity: float
    lines: int
    matches: tuple[frozenset[int], frozenset[int]]


def normalise(source: str) -> list[Line]:
    """The logical lines of a text that should be Python; never raises.

    Keywords, operators, built-ins and what is asked of a library's object stay; names of the author's own,
    numbers and texts become one sign each; comments, docstrings and layout go.
    """
    tokens = list(_tokens(source[:SIZE_LIMIT]))
    own = {text for kind, text, _ in tokens if kind == "own"}
    lines: list[Line] = []
    current: list[tuple[str, int]] = []
    for kind, text, number in tokens:
        if kind != "end":
            chosen = kind in ("name", "own") or (kind == "attribute" and text in own)
            current.append((NAME if chosen else text, number))
        elif current:
            if any(text != TEXT for text, _ in current):
                words = tuple(text for text, _ in current)
                lines.append(Line(current[0][1], current[-1][1], words))
            current = []
    return lines


def find_pairs(answers: dict[str, str], given: Sequence[str] = ()) -> list[Pair]:
    """The pairs of answers that are alike, the most alike first.

    answers: key -> text; given: texts that don't count, such as the student version and the reference solution.
    """
    lines = {key: normalise(text) for key, text in answers.items()}
    known = {line.tokens for text in given for line in normalise(text)}
    own = {key: [line for line in lines[key] if line.tokens not in known] for key in lines}
    spread = Counter(tokens for key in own for tokens in {line.tokens for line in own[key]})
    limit = max(COMMON_LEAST, COMMON_SHARE * len(answers))
    common = {tokens for tokens, count in spread.items() if count > limit}
    rare = {key: [line for line in own[key] if line.tokens not in common] for key in own}
    found = _compare(rare, ALIKE)
    # Where much of the class has copied the same, its lines are common; equal ones show all the same.
    found |= {pair: value for pair, value in _compare(own, 1.0).items() if pair not in found}
    pairs = [_pair(*pair, value, rare, own) for pair, value in found.items()]
    return sorted(pairs, key=lambda pair: (-pair.similarity, -pair.lines, pair.first, pair.second))


def _compare(answers, alike):
    """{(key, key): similarity} of those that are alike."""
    signs: dict[str, str] = {}
    texts = {}
    for key, lines in answers.items():
        bag = sorted(line.tokens for line in lines)
        tokens = [token for line in bag for token in line]
        if len(tokens) >= LEAST_TOKENS:
            # A sign for each token: strings are what the library compares fastest.
            texts[key] = "".join(
                signs.setdefault(token, chr(0x4E00 + len(signs))) for token in tokens
            )
    found, keys = {}, list(texts)
    for index, key in enumerate(keys[:-1]):
        rest = keys[index + 1 :]
        scores = process.cdist(
            [texts[key]],
            [texts[other] for other in rest],
            scorer=fuzz.ratio,
            score_cutoff=100 * alike,
        )[0]
        found |= {(key, rest[at]): float(scores[at]) / 100 for at in scores.nonzero()[0]}
    return found


def _pair(first, second, similarity, rare, own):
    sides = rare if len(rare[first]) and len(rare[second]) and similarity < 1 else own
    kinds = [{line.tokens for line in sides[key]} for key in (first, second)]
    both = kinds[0] & kinds[1]
    matches = tuple(
        frozenset(
            number
            for line in sides[key]
            if line.tokens in both
            for number in range(line.first, line.last + 1)
        )
        for key in (first, second)
    )
    count = min(len(sides[first]), len(sides[second]))
    return Pair(first, second, similarity, count, matches)


def _tokens(source):
    """(kind, text, line) of all that counts; kind "end" after each logical line."""
    before, owner = "", ""
    for kind, text, number in _lexemes(source):
        if kind == tokenize.NAME:
            if keyword.iskeyword(text):
                found = "keyword"
            elif before == ".":
                found = "own" if owner in ("self", "cls") else "attribute"
            elif before in ("def", "class"):
                found = "own"
            else:
                found = "built-in" if text in BUILT_IN else "name"
        elif kind == tokenize.OP and text != ",":  # one at the end of a list is layout
            found = "operator"
        elif kind == tokenize.NUMBER:
            found, text = "number", NUMBER
        elif kind in STRINGS:
            found, text = "text", TEXT
        elif kind == tokenize.NEWLINE:
            found = "end"
        else:
            continue
        owner = before if text == "." else owner
        before = text
        yield found, text, number


def _lexemes(source):
    """The tokens of a text; where it is no Python, those of the lines that can be read."""
    lines, start = source.splitlines(keepends=True), 0
    while start < len(lines):
        last = start
        try:
            for token in tokenize.generate_tokens(iter(lines[start:]).__next__):
                last = max(last, start + token.start[0] - 1)
                yield token.type, token.string, start + token.start[0]
            return
        except (SyntaxError, tokenize.TokenError, ValueError, RecursionError):
            yield tokenize.NEWLINE, "", last + 1
            start = last + 1
