"""Reads what people wrote in many languages out of packages of Debian and PyPI, without unpacking them.

A package is a .deb, a wheel, the archive of a Debian source package, or one of apt's Translation files. What
comes out is messages: a language, the English original where there is one (a name of the message where there
is none), and the text. The original says which messages of different languages are the same, which decides on
which side of the split they fall.
"""

import ast
import gzip
import io
import json
import re
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Message(NamedTuple):
    language: str
    original: str
    text: str


# What names a language by a code of its own, or hides another one behind a region or a script.
RENAMED = {"no": "nb", "fil": "tl", "iw": "he", "in": "id", "kmr": "ku", "zh-cn": "zh", "gug": "gn", "zht": "zh",
           "jw": "jv"}
SKIPPED = re.compile(
    r"^(be[@_-]lat|en[@_-]shaw|az[_-]IR|ang|sh|simple|roa|zh[_-](yue|classical|min|lat)|map|nds[_-]nl|cbk|kk-(arab|latn)|"
    r"ms-arab|ku-arab|ug-latn|tg-latn|tt-latn|ks|qq[qx]|bat|fiu|aeb-latn|shi|hif|hne|gan|hak|nan|wuu|ike|uz-latn)")


def language_code(name: str) -> str | None:
    """`pt_BR`, `sr@latin` and `nb-NO` are `pt`, `sr` and `nb`; None for what is no language of its own."""
    if SKIPPED.match(name) or "@" in name and not re.match(r"(sr|ca|uz|ca_ES)@", name):
        return None
    base = re.split(r"[-_@.]", name)[0].lower()
    return RENAMED.get(base, base) if 2 <= len(base) <= 3 else None


def package_name(path: Path) -> tuple[str, str]:
    """Name and version, as the file's name has them."""
    if "Translation-" in path.name:
        return "debian-package-descriptions", re.sub(r".*dists_([^_-]+).*", r"\1", path.name)
    if ".orig.tar." in path.name:
        return tuple(path.name.partition(".orig.tar.")[0].split("_"))
    parts = path.name.removesuffix(".deb").removesuffix(".whl").split("_" if path.suffix == ".deb" else "-")
    return parts[0], parts[1].replace("%3a", ":")


def messages(path: Path) -> Iterator[Message]:
    """All messages of a package. Sources that name messages instead of quoting the original are joined
    by name with their English texts, where the package has those (of Firefox the one beside it)."""
    named: dict[str, list[tuple[str, str]]] = {}
    package = package_name(path)[0]
    english = dict(firefox_in_english(path.parent)) if package.startswith("firefox") else {}
    for name, content in files(path):
        for language, key, text, is_original in entries(f"{package}/{name}", content):
            if is_original:
                yield Message(language, key, text)
            else:
                named.setdefault(key, []).append((language, text))
                if language == "en" and len(text) > len(english.get(key, "")):
                    english[key] = text
    for key, texts in named.items():
        for language, text in texts:
            yield Message(language, english.get(key, key), text)


@lru_cache(maxsize=1)
def firefox_in_english(folder: Path) -> dict[str, str]:
    return {key: text for path in folder.glob("firefox-esr-l10n-en-gb_*") for name, content in files(path)
            for _, key, text, _ in entries(name, content)}


def license_of(path: Path) -> str:
    """What Debian's copyright file or the wheel's metadata says, in the order of its mention."""
    if path.name.startswith("wordfreq"):
        return "CC-BY-SA-4.0 (the lists), Apache-2.0 (the program)"
    if ".orig.tar." in path.name:  # whose files are named in entries()
        return "Apache-2.0" if path.name.startswith("cld2") else "BSD-3-Clause"
    for name, content in files(path, wanted=lambda n: n.endswith(("/copyright", ".dist-info/METADATA"))):
        text = content.decode("utf-8", "replace")
        found = re.findall(r"^License(?:-Expression)?: *([^\n]{2,60})", text, re.M)
        found += [] if found else re.findall(r"^Classifier: License :: (?:OSI Approved :: )?(.+)", text, re.M)
        found += [] if found else re.findall(r"common-licenses/([A-Za-z0-9.-]*\w)|(public domain|GNU FDL)", text, re.I)
        names = [next(filter(None, f)) if isinstance(f, tuple) else f.strip() for f in found]
        return ", ".join(list(dict.fromkeys(names))[:4]) or "see its copyright file"
    return "GPL-2+" if "Translation-" in path.name else ""


def is_read(name: str) -> bool:
    return bool(re.search(
        r"\.mo$|\.xpi$|/locales/[\w-]+\.pak$|/(i18n|locale)/.*\.json$|/games/fortunes/(?!off)|/lang/\w+/examples\.py$|"
        r"Translation-|\.paragraphs$|\.qm$|/share/help/.*\.page$|/dialogs_\w+\.lua$|^chatterbot_corpus/data/.*\.yml$|"
        r"/test_shuffle_.*\.utf8\.gz$|/ShortTexts/.*\.txt$", name)) and not name.endswith((".dat", ".u8"))


def files(path: Path, wanted=is_read) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".deb":
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as archive:
            with tarfile.open(fileobj=archive.stdout, mode="r|") as members:
                for member in members:
                    if member.isfile() and wanted(member.name):
                        yield member.name, members.extractfile(member).read()
    elif path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            for name in wheel.namelist():
                if wanted(name):
                    yield name, wheel.read(name)
    elif ".orig.tar." in path.name:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and wanted(member.name):
                    yield member.name, archive.extractfile(member).read()
    elif wanted(path.name):
        yield path.name, subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], capture_output=True, check=True).stdout


def entries(name: str, content: bytes) -> Iterator[tuple[str, str, str, bool]]:
    """(language, original or key, text, whether it is the original) of one file of a package."""
    def of(pattern: str) -> str | None:
        found = re.search(pattern, name)
        return language_code(found[1]) if found else None

    if name.endswith(".xpi"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                if inner.endswith((".ftl", ".properties")):
                    yield from mozilla(inner, archive.read(inner).decode("utf-8", "replace"))
    elif name.endswith(".mo"):
        language = of(r"/(?:locale|resource|translations)/([^/]+)/LC_MESSAGES/") or of(r"/languages/(?:[a-z-]+-)??([a-z]{2,3}(?:_[A-Z]+)?)\.mo$")
        if language:
            for original, text in gettext_catalogue(content):
                yield language, original, text, True
    elif name.endswith(".qm"):
        language = of(r"_([a-z]{2,3}(?:_[A-Z]+)?(?:@\w+)?)\.qm$")
        if language:
            for original, text in qt_catalogue(content):
                yield language, original, text, True
    elif name.endswith(".pak"):
        language = of(r"/locales/([\w-]+)\.pak$") if not re.search(r"INE|NEUTER", name) else None
        for key, text in chromium(content) if language else ():
            yield language, f"chromium {key}", text, False
    elif name.endswith(".json"):
        language = of(r"/locale/([^/]+)/LC_MESSAGES/") or of(r"/([^/]+)\.json$")
        data = json.loads(content) if language else {}
        place = re.sub(r"/locale/[^/]+/LC_MESSAGES/", "/", name) if "LC_MESSAGES" in name else name.rpartition("/")[0]
        for key, text in data.items() if isinstance(data, dict) else ():
            if isinstance(text, str):
                yield language, f"{place} {key}", text, False
    elif name.endswith("examples.py"):
        language = of(r"/lang/(\w+)/")
        texts = (node.value for node in ast.walk(ast.parse(content)) if language and isinstance(node, ast.Constant))
        for place, text in enumerate(text for text in texts if not str(text).startswith("\n")):
            yield language, f"example {place}", text, True
    elif "Translation-" in name:
        for block in content.decode("utf-8", "replace").split("\n\n"):
            found = re.search(r"^Description-md5: (\w+)\nDescription-([^:]+): (.*)((?:\n .*)*)", block, re.M)
            language = language_code(found[2]) if found else None
            for paragraph in re.split(r"\n \.", f"{found[3]}\n .{found[4]}") if language else ():
                if not re.search(r"\n  |\n [*-]", paragraph):  # a list, often of names
                    yield language, found[1], paragraph.replace("\n ", " "), False
    elif name.endswith(".page"):
        language = "en" if "/help/C/" in name else of(r"/help/([^/]+)/")
        for place, text in enumerate(help_page(content.decode("utf-8")) if language else ()):
            yield language, f"{re.sub(r'.*/help/[^/]+/', '', name)} {place}", text, False
    elif name.endswith(".lua"):
        language = of(r"/dialogs_(\w+)\.lua$")
        for original, text in re.findall(r'dialogId\(.*, "(.*)"\)\s*dialogStr\("(.*)"\)', content.decode("utf-8")) if language else ():
            yield language, original, text, True
    elif name.endswith(".yml"):
        language = DIALOGUES.get(name.split("/")[-2])
        for text in re.findall(r"^ *- (?:- )?[\"']? *(.+?)[\"']?$", content.decode("utf-8"), re.M) if language else ():
            yield language, str(zlib.crc32(text.encode())), text, True
    elif name.endswith(".utf8.gz"):
        yield from web_snippets(gzip.decompress(content).decode("utf-8", "replace"))
    elif "/ShortTexts/" in name:
        language = of(r"/ShortTexts/(?!lv\.)(.+)\.txt$")  # The Latvian one is in a broken encoding.
        for paragraph in content.decode("utf-8", "replace").split("\n") if language else ():
            yield language, str(zlib.crc32(paragraph.encode())), paragraph.strip(), True
    elif name.endswith(".paragraphs"):
        language = of(r"/klavaro/(\w+)\.paragraphs$")
        for paragraph in content.decode("utf-8", "replace").split("\n") if language else ():
            yield language, str(zlib.crc32(paragraph.encode())), paragraph, True
    else:
        language = {"br": "pt", None: "en"}.get(code := of(r"^fortunes-(?!min)([a-z]{2})/"), code)  # br: of Brazil
        for quote in re.split(r"\n%+\n", content.decode("utf-8", "replace")):
            yield language, str(zlib.crc32(quote.encode())), re.sub(r"\n[\s—-]+[^\n]*$", "", quote.strip()), True


DIALOGUES = {name: code for code, name in (pair.split(":") for pair in (
    "bn:bengali zh:chinese nl:dutch en:english fr:french de:german he:hebrew hi:hindi id:indonesian it:italian ja:japanese "
    "ko:korean mr:marathi or:oriya fa:persian pt:portuguese ru:russian es:spanish sv:swedish ta:tamil te:telugu th:thai "
    "tr:turkish uk:ukrainian ur:urdu yo:yoruba").split())}


def help_page(content: str) -> list[str]:
    """The paragraphs of a page of GNOME's help, which is in Mallard."""
    texts = re.findall(r"<(p|title|desc)\b[^>]*(?<!/)>(.*?)</\1>", content, re.S)
    return [" ".join(re.sub(r"<[^<>]*>", "", text).split()) for _, text in texts]


def web_snippets(content: str) -> Iterator[tuple[str, str, str, bool]]:
    """CLD2's samples of web pages: a line `Samp LANGUAGE-SCRIPT /SITE/ PHRASE ~ PHRASE ...`, of some fifty
    characters each, in no order. One or two of them make a text; a line is on one side of the split."""
    for line in content.split("\n"):
        found = re.match(r"Samp (\S+) /[^ ]*/ (.*)", line)
        language = ("ckb" if found[1] == "ku-Arab" else language_code(found[1])) if found else None
        if not language:
            continue
        phrases, name = found[2].split(" ~ "), str(zlib.crc32(line.encode()))
        while phrases:
            count = 2 if zlib.crc32(phrases[0].encode()) % 3 == 0 else 1
            yield language, name, " ".join(phrases[:count]), True
            phrases = phrases[count:]


def gettext_catalogue(content: bytes) -> Iterator[tuple[str, str]]:
    order = "<" if content[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack(order + "3I", content[8:20])
    for index in range(count):
        size, at = struct.unpack_from(order + "2I", content, originals + 8 * index)
        original = content[at:at + size].decode("utf-8", "replace").split("\4")[-1]
        size, at = struct.unpack_from(order + "2I", content, translations + 8 * index)
        for one, text in zip(original.split("\0"), content[at:at + size].decode("utf-8", "replace").split("\0")):
            if original:
                yield one, text


def qt_catalogue(content: bytes) -> Iterator[tuple[str, str]]:
    """Qt's .qm: sections of tag (1 byte) and size; the one of tag 0x69 holds messages of tagged fields."""
    at = 16
    while at + 5 <= len(content):
        tag, size = struct.unpack_from(">BI", content, at)
        section, at = content[at + 5:at + 5 + size], at + 5 + size
        position, text, original = 0, "", ""
        while tag == 0x69 and position < len(section):
            field, position = section[position], position + 1
            if field == 1:
                if original and text:
                    yield original, text
                text = original = ""
                continue
            if field == 5:
                position += 4
                continue
            length, = struct.unpack_from(">I", section, position)
            value, position = section[position + 4:position + 4 + length], position + 4 + length
            if field == 3 and not text:
                text = value.decode("utf-16-be", "replace")
            elif field == 6:
                original = value.decode("utf-8", "replace")


def tesseract_words(content: bytes) -> list[str]:
    """Words of a model of Tesseract 4: a trie of (next node, 3 flags, symbol), the symbols in a list beside it."""
    count, = struct.unpack_from("<i", content)
    places = struct.unpack_from(f"<{count}q", content, 4)
    symbols = [line.split(" ")[0] for line in content[places[21]:places[22]].decode("utf-8").split("\n")[1:]]
    size, edges = struct.unpack_from("<ii", content, places[19] + 2)
    bits, found, open_nodes = size.bit_length(), [], [(0, "")]
    trie = struct.unpack_from(f"<{edges}Q", content, places[19] + 10)
    while open_nodes:
        node, beginning = open_nodes.pop()
        is_last = False
        while not is_last:
            word = beginning + symbols[trie[node] & ((1 << bits) - 1)]
            is_last, ends, following = trie[node] >> bits & 1, trie[node] >> bits & 4, trie[node] >> (bits + 3)
            found += [word] if ends else []
            open_nodes += [(following, word)] if following else []
            node += 1
    return found


def chromium(content: bytes) -> Iterator[tuple[int, str]]:
    """Version 5 of Chromium's .pak: version, encoding, number of resources, then (id, offset) pairs."""
    version, encoding, count = struct.unpack_from("<IB3xH", content)
    if version != 5 or encoding != 1:
        return
    places = [struct.unpack_from("<HI", content, 12 + 6 * index) for index in range(count + 1)]
    for (key, start), (_, end) in zip(places, places[1:]):
        yield key, content[start:end].decode("utf-8", "replace")


def mozilla(name: str, content: str) -> Iterator[tuple[str, str, str, bool]]:
    found = re.match(r"(?:localization|chrome)/([^/]+)/(.*)", name)
    language = language_code(found[1]) if found else None
    if not language:
        return
    place = re.sub(rf"locale/{re.escape(found[1])}/", "", found[2])
    if name.endswith(".properties"):
        for key, text in re.findall(r"^([\w.-]+)\s*=\s*(.+)$", content, re.M):
            yield language, f"{place} {key}", re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text), False
        return
    for entry in re.split(r"\n(?=[\w-]+ *=)", "\n" + re.sub(r"^#.*$", "", content, flags=re.M)):
        key, _, value = entry.partition("=")
        # A message's own value, its attributes, and the variants of a selection are texts of their own.
        for part in re.split(r"\n\s+(?:\.[\w-]+ *=|\*?\[[\w-]+\])|\{[^{}]*->", value):
            yield language, f"{place} {key.strip()}", part.replace("\n", " "), False
