"""Writes src/parse/unicode-name-table.ts: all character names of the Unicode database of the running Python, packed.

Words go into a dictionary, most frequent first. A character is one character of text saying how many leading words it
shares with the one before, then the indices of its other words, then a space; `!` and a base-36 number before it say
how far it is from the one before, if not one. Names that follow from the code point are left to code, by range.
"""

import sys
import unicodedata
from collections import Counter

ALPHABET = [chr(c) for c in range(33, 127) if chr(c) not in "!\\`'\"$"][:88]
ONE, TWO = 28, 54  # leading characters that stand alone, or take one more; the rest take two more
COMPUTED = ("CJK UNIFIED IDEOGRAPH-", "CJK COMPATIBILITY IDEOGRAPH-", "TANGUT IDEOGRAPH-", "KHITAN SMALL SCRIPT CHARACTER-", "NUSHU CHARACTER-")
ALIASES = """NULL|START OF HEADING|SOH|START OF TEXT|STX|END OF TEXT|ETX|END OF TRANSMISSION|EOT|ENQUIRY|ENQ|ACKNOWLEDGE|ACK|ALERT|
BEL|BACKSPACE|BS|CHARACTER TABULATION|HORIZONTAL TABULATION|HT|TAB|LINE FEED|NEW LINE|END OF LINE|LF|NL|EOL|LINE TABULATION|
VERTICAL TABULATION|VT|FORM FEED|FF|CARRIAGE RETURN|CR|SHIFT OUT|LOCKING-SHIFT ONE|SO|SHIFT IN|LOCKING-SHIFT ZERO|SI|
DATA LINK ESCAPE|DLE|DEVICE CONTROL ONE|DC1|DEVICE CONTROL TWO|DC2|DEVICE CONTROL THREE|DC3|DEVICE CONTROL FOUR|DC4|
NEGATIVE ACKNOWLEDGE|NAK|SYNCHRONOUS IDLE|SYN|END OF TRANSMISSION BLOCK|ETB|CANCEL|CAN|END OF MEDIUM|EOM|EM|SUBSTITUTE|SUB|
ESCAPE|ESC|INFORMATION SEPARATOR FOUR|FILE SEPARATOR|FS|INFORMATION SEPARATOR THREE|GROUP SEPARATOR|GS|INFORMATION SEPARATOR TWO|
RECORD SEPARATOR|RS|INFORMATION SEPARATOR ONE|UNIT SEPARATOR|US|SP|DELETE|DEL|PADDING CHARACTER|PAD|HIGH OCTET PRESET|HOP|
BREAK PERMITTED HERE|BPH|NO BREAK HERE|NBH|INDEX|IND|NEXT LINE|NEL|START OF SELECTED AREA|SSA|END OF SELECTED AREA|ESA|
CHARACTER TABULATION SET|HORIZONTAL TABULATION SET|HTS|CHARACTER TABULATION WITH JUSTIFICATION|HORIZONTAL TABULATION WITH JUSTIFICATION|
HTJ|LINE TABULATION SET|VERTICAL TABULATION SET|VTS|PARTIAL LINE FORWARD|PARTIAL LINE DOWN|PLD|PARTIAL LINE BACKWARD|PARTIAL LINE UP|
PLU|REVERSE LINE FEED|REVERSE INDEX|RI|SINGLE SHIFT TWO|SINGLE-SHIFT-2|SS2|SINGLE SHIFT THREE|SINGLE-SHIFT-3|SS3|
DEVICE CONTROL STRING|DCS|PRIVATE USE ONE|PRIVATE USE-1|PU1|PRIVATE USE TWO|PRIVATE USE-2|PU2|SET TRANSMIT STATE|STS|
CANCEL CHARACTER|CCH|MESSAGE WAITING|MW|START OF GUARDED AREA|START OF PROTECTED AREA|SPA|END OF GUARDED AREA|END OF PROTECTED AREA|
EPA|START OF STRING|SOS|SINGLE GRAPHIC CHARACTER INTRODUCER|SGC|SINGLE CHARACTER INTRODUCER|SCI|CONTROL SEQUENCE INTRODUCER|CSI|
STRING TERMINATOR|ST|OPERATING SYSTEM COMMAND|OSC|PRIVACY MESSAGE|PM|APPLICATION PROGRAM COMMAND|APC|NBSP|SHY|CGJ|FVS1|FVS2|FVS3|
MVS|ZWSP|ZWNJ|ZWJ|LRM|RLM|LRE|RLE|PDF|LRO|RLO|NNBSP|MMSP|WJ|LRI|RLI|FSI|PDI|BYTE ORDER MARK|BOM|ZWNBSP|LATIN CAPITAL LETTER GHA|
LATIN SMALL LETTER GHA|WEIERSTRASS ELLIPTIC FUNCTION|NUL"""


def word_code(index):
    base = len(ALPHABET)
    if index < ONE:
        return ALPHABET[index]
    index -= ONE
    if index < TWO * base:
        return ALPHABET[ONE + index // base] + ALPHABET[index % base]
    index -= TWO * base
    return ALPHABET[ONE + TWO + index // (base * base)] + ALPHABET[index // base % base] + ALPHABET[index % base]


def base36(number):
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if number == 0:
            return digits


def main():
    names = []
    ranges = []
    for code in range(0x110000):
        name = unicodedata.name(chr(code), "")
        if not name or name.startswith("HANGUL SYLLABLE "):
            continue
        prefix = next((p for p in COMPUTED if name.startswith(p)), None)
        if prefix is not None:
            assert name == "%s%04X" % (prefix, code)
            if ranges and ranges[-1][0] == prefix and ranges[-1][2] == code - 1:
                ranges[-1][2] = code
            else:
                ranges.append([prefix, code, code])
            continue
        names.append((code, name.split(" ")))
    counts = Counter(word for _, words in names for word in words)
    dictionary = sorted(counts, key=lambda word: (-counts[word], word))
    index = {word: at for at, word in enumerate(dictionary)}
    packed = []
    last_code, last_words = 0, []
    for code, words in names:
        shared = 0
        while shared < len(words) and shared < len(last_words) and words[shared] == last_words[shared]:
            shared += 1
        jump = "" if code == last_code + 1 else "!" + base36(code - last_code) + " "
        packed.append(jump + ALPHABET[shared] + "".join(word_code(index[word]) for word in words[shared:]))
        last_code, last_words = code, words
    aliases = []
    for alias in sorted(set(ALIASES.replace("\n", "").split("|"))):
        try:
            aliases.append((alias, ord(unicodedata.lookup(alias))))
        except (KeyError, TypeError):
            print("not an alias here:", alias, file=sys.stderr)
    out = sys.stdout.write
    out("/**\n * Character names of Unicode %s, packed by `test/parse/make_unicode_names.py`; `unicode-name.ts` reads them.\n */\n\n" % unicodedata.unidata_version)
    out("/** The characters that word codes are written in, and how many of them stand alone or lead two. */\n")
    out("export const CODE_ALPHABET =\n  '%s';\n" % "".join(ALPHABET))
    out("export const ALONE = %d;\nexport const LEADING_TWO = %d;\n\n" % (ONE, TWO))
    out("/** Names that are a prefix and the code point in hexadecimal: prefix, first, last. */\n")
    out("export const COMPUTED_NAMES: readonly (readonly [string, number, number])[] = [\n")
    for prefix, first, last in ranges:
        out("  ['%s', 0x%x, 0x%x],\n" % (prefix, first, last))
    out("];\n\n/** Other names of characters, most of which have no name of their own. */\n")
    out("export const NAME_ALIASES: readonly (readonly [string, number])[] = [\n")
    for alias, code in aliases:
        out("  ['%s', 0x%x],\n" % (alias, code))
    out("];\n\n/** All words of all names, most frequent first. */\n")
    out("export const NAME_WORDS =\n  '%s';\n\n" % " ".join(dictionary))
    out("/** The names, by code point. */\n")
    out("export const PACKED_NAMES =\n  '%s';\n" % " ".join(packed))


main()
