"""A text's place in space, told by its hash: the same text always lies in the same place, and no two are near by meaning."""

import hashlib
import math
import struct

DIMENSIONS = 768
MOST_DIMENSIONS = 3072


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Of unit length; a shorter one points where the longer one's first numbers point."""
    words = struct.unpack(f">{dimensions}I", hashlib.shake_256(text.encode()).digest(4 * dimensions))
    numbers = [word / 2**31 - 1 for word in words]
    length = math.hypot(*numbers)
    return [number / length for number in numbers]
