"""The picture of a test broadcast: a clock that people can read, and below it one for programs.

Everything is drawn as boxes, since ffmpeg's `drawtext` needs a font and bare machines have none.
https://ffmpeg.org/ffmpeg-filters.html#drawbox and #Timeline-editing (`enable`)
"""

from collections.abc import Iterator
from itertools import accumulate

WIDTH, HEIGHT = 1280, 720  # pixels
DAY = 86_400  # seconds
BITS = 16  # boxes of the clock for programs
UNIT = 0.01  # seconds that it counts, so that it starts again after eleven minutes

LEFT, TOP = 170, 230  # pixels, of the first digit
DIGIT_WIDTH, DIGIT_HEIGHT, THICKNESS = 96, 176, 18  # pixels
DIGIT_STEP, SIGN_STEP = 122, 44  # pixels from a digit, or a colon or point, to what follows

# Where each of the seven segments of a digit lies, and which digits show it.
ACROSS, DOWN = DIGIT_WIDTH, DIGIT_HEIGHT // 2
RIGHT, MIDDLE = DIGIT_WIDTH - THICKNESS, (DIGIT_HEIGHT - THICKNESS) // 2
SEGMENTS = (
    (0, 0, ACROSS, THICKNESS, "02356789"),
    (RIGHT, 0, THICKNESS, DOWN, "01234789"),
    (RIGHT, DOWN, THICKNESS, DOWN, "013456789"),
    (0, DIGIT_HEIGHT - THICKNESS, ACROSS, THICKNESS, "0235689"),
    (0, DOWN, THICKNESS, DOWN, "0268"),
    (0, 0, THICKNESS, DOWN, "045689"),
    (0, MIDDLE, ACROSS, THICKNESS, "2345689"),
)
# Hours, minutes, seconds and tenths: seconds that a digit counts, and where it starts again.
DIGITS = ((36_000, 10), (3600, 24), (600, 6), (60, 10), (10, 6), (1, 10), (0.1, 10))
SIGNS_AFTER = (1, 3, 5)  # digits that a colon follows, or for the last one a point

BOX, GAP = 40, 20  # pixels, of the clock for programs
CODE_TOP = 560  # pixels
SWEEP = 160  # pixels that the bar is wide which crosses the picture every two seconds


def clock_picture(seconds_of_day: float, seconds: float) -> str:
    """A source for ffmpeg's `lavfi`, whose first frame shows this moment.

    `seconds_of_day` is for people; `seconds` since 1970 for programs, as BITS boxes that are white
    for one and black for zero, the lowest bit on the right, counting UNIT.
    """
    background = f"color=c=0x16213e:s={WIDTH}x{HEIGHT}:r=30,format=yuv420p"
    boxes = [*_digits(seconds_of_day), *_signs(), *_code(seconds)]
    sweep = f"color=c=0x2dd4bf:s={SWEEP}x12:r=30,format=yuv420p[sweep]"
    moving = f"[clock][sweep]overlay=x='mod(t,2)/2*(W+{SWEEP})-{SWEEP}':y=H-40"
    return f"{','.join([background, *boxes])}[clock];{sweep};{moving}"


def _digits(now: float) -> Iterator[str]:
    for left, (unit, base) in zip(_lefts(), DIGITS, strict=True):
        count = f"floor(mod(t+{now % DAY:.3f},{DAY})/{unit})"
        # The hours start again at 24 and not at 10, so their second digit depends on both.
        digit = f"mod(mod({count},{base}),10)"
        for x, y, width, height, shown in SEGMENTS:
            mask = sum(1 << int(one) for one in shown)
            on = f"mod(floor({mask}/pow(2,{digit})),2)"
            yield _box(left + x, TOP + y, width, height, on=on)


def _lefts() -> list[int]:
    steps = [DIGIT_STEP + SIGN_STEP * (place in SIGNS_AFTER) for place in range(len(DIGITS) - 1)]
    return list(accumulate(steps, initial=LEFT))


def _signs() -> Iterator[str]:
    lefts = _lefts()
    for place in SIGNS_AFTER:
        x = lefts[place] + DIGIT_STEP
        yield _box(x, TOP + DIGIT_HEIGHT - 4 * THICKNESS, THICKNESS, THICKNESS)
        if place != SIGNS_AFTER[-1]:
            yield _box(x, TOP + 3 * THICKNESS, THICKNESS, THICKNESS)


def _code(now: float) -> Iterator[str]:
    step = BOX + GAP
    left = (WIDTH - BITS * step + GAP) // 2
    yield _box(left - GAP, CODE_TOP - GAP, BITS * step + GAP, BOX + 2 * GAP, color="black")
    start = round(now / UNIT) % (1 << BITS) * UNIT
    for place in range(BITS):
        on = f"mod(floor((t+{start:.2f})/{UNIT}/{1 << (BITS - 1 - place)}),2)"
        yield _box(left + place * step, CODE_TOP, BOX, BOX, on=on)


def _box(x: int, y: int, width: int, height: int, *, color: str = "white", on: str = "1") -> str:
    place = f"x={x}:y={y}:w={width}:h={height}"
    return f"drawbox={place}:color={color}:t=fill:enable='{on}'"
