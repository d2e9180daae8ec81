# molt: intrinsics
# Scratch cells of the runtime: offsets from CELL_SCRATCH, 8 bytes each, zeroed when the module starts.
# The runtime has no mutable globals; what it must remember between calls lives here, so that a reset of
# the low memory region resets it too. Cells that hold references are listed in collect.py as roots.

from molt.intrinsics import i32

OUT_BUFFER: i32 = 0  # ref: raw buffer with pending output, or 0
OUT_LENGTH: i32 = 8  # bytes pending in it
OUT_FD: i32 = 16  # descriptor the pending print writes to, minus 1 (0 = stdout)
RUN_END: i32 = 24  # end of the run heapPtr moves in (heapLimit is 0 in stress mode)
ALLOCATED: i32 = 32  # bytes handed out in runs since the last collection
MARK_TOP: i32 = 40  # mark stack: next free entry
MARK_LIMIT: i32 = 48  # mark stack: end
MARK_OVERFLOW: i32 = 56  # 1 when an object was marked without being pushed
REPR_STACK: i32 = 64  # ref: buffer with addresses of containers whose repr runs
REPR_DEPTH: i32 = 72  # how many
INT_DIGITS: i32 = 80  # sys.set_int_max_str_digits: limit + 1, 0 = default
ARGV: i32 = 88  # ref: list of program arguments
IN_BUFFER: i32 = 96  # ref: raw buffer with input read but not consumed
IN_START: i32 = 104  # first unread byte in it
IN_END: i32 = 112  # end of the bytes in it
WIDE_HIGH: i32 = 128  # high word of a 128-bit product
POWER_TOP: i32 = 136  # high word of a power of ten
DECIMAL_POINT: i32 = 144  # exponent that goes with digits just produced
LOW_PART: i32 = 152  # second half of a double-double result
EXP_SCALE: i32 = 160  # power of two that belongs to a dd_exp result, or the quadrant of a reduced angle
REDUCED_HIGH: i32 = 168  # reduced angle, double-double
REDUCED_LOW: i32 = 176
PIECE: i32 = 184  # size of the piece of a hole just taken
HOLES: i32 = 192  # heads of the 32 lists of holes, by size class
