#!/usr/bin/env python3
"""Texts of over a hundred languages, by people and free, for a classifier of languages: to train on and to test.

    mkdir packages && cd packages && apt-get update && apt-get download mediawiki chromium-l10n cinnamon-l10n vlc-l10n \\
      wordpress-l10n evolution-common evolution-data-server-common plasma-workspace-data libgtk-3-common \\
      libgtk2.0-common caja-common mate-panel-common pidgin-data gimp-data gnucash-common gramps gcompris-qt-data \\
      kstars-data marble-data kgeography-data step tuxpaint-data freeciv-data klavaro onionshare gnome-user-docs \\
      wesnoth-1.16-{data,did,dm,dw,ei,httt,l,low,nr,sof,sota,sotbe,thot,trow,tsg,ttb,utbs} widelands-data \\
      fillets-ng-data fortunes fortunes-{bg,br,cs,de,eo,es,ga,it,pl,ru,zh} tesseract-ocr-mri \\
      firefox-esr-l10n-{af,az,be,bn,bs,cy,en-gb,eo,fy-nl,ga-ie,gu-in,hr,hy-am,is,ka,km,kn,mr,ms,my,nb-no,ne-np} \\
      firefox-esr-l10n-{nn-no,pa-in,si,sq,sr,ta,te,tg,tl,ur,uz,xh} libreoffice-l10n-{af,am,bn,bs,cy,dz,eo,ga,gu,hr} \\
      libreoffice-l10n-{is,ka,km,kn,lt,mk,ml,mn,mr,nb,ne,nn,or,pa-in,rw,si,sr,st,ta,te,tg,tn,ts,ug,uz,xh,zu}
    pip download --no-deps django==5.2.19 spacy==3.8.18 kolibri==0.19.5 ckan==2.12.0 pywikibot==11.9.0 \\
      wordfreq==3.1.1 justext==3.0.2 chatterbot-corpus==1.3.3
    mkdir -p lists/partial sources/partial && apt-get -o Dir::State::lists=$PWD/lists -o APT::Get::List-Cleanup=false \\
      -o Acquire::Languages=ca,cs,da,de,en,es,fi,fr,hu,it,ja,ko,nl,pl,pt,pt_BR,ru,sk,sr,sv,uk,vi,zh_CN,zh_TW update
    echo deb-src http://deb.debian.org/debian bookworm main > ../debian-sources.list
    of_sources="-o Dir::Etc::sourcelist=$PWD/../debian-sources.list -o Dir::Etc::sourceparts=/dev/null"
    of_sources="$of_sources -o Dir::State::lists=$PWD/sources"
    apt-get $of_sources update; apt-get $of_sources source --download-only --tar-only cld2 libexttextcat
    cd .. && python3 Tests/Benchmarks/language_texts.py packages OUT      # needs msgpack, from PyPI or python3-msgpack

Nothing is downloaded by the script. It writes into OUT, with labels of ISO 639-1 (639-3 where that has none):

- train.tsv: sentences, word pairs and single words, the three lengths at which identifiers are judged, of messages
  (translations of programs, of help and of games' dialogues, and quotations) and of the web (phrases of pages);
- validation.tsv: the same of other messages and pages;
- test-sentences.tsv, test-pairs.tsv, test-words.tsv: messages held out;
- web/test-*.tsv: pages held out;
- declaration/, examples/, dialogues/test-*.tsv: kinds of text of which none is trained on: the Universal Declaration
  of Human Rights, spaCy's example sentences, ChatterBot's conversations; and written/test-*.tsv, which is
  corpora/languages/test.csv with the first two words and the first word of each sentence;
- SOURCES.tsv: language, package, version, license, how many sentences each part has of it, and how many words
  training has of it where it is a list of words.

Sides are drawn by message, by the hash of its English original (letters only, in lower case; its name where a
package names its messages; all of a web page's phrases where it is of the web), so that all translations of a
sentence are on one side, whatever package they are in. A sentence that shares a run of five words (of 14 letters,
where words are not written apart) with a text of a test or of the validation is not trained on, and one that
stands in two languages is no test.
"""

import csv
import gzip
import html
import random
import re
import sys
import unicodedata
import zlib
from collections import Counter, defaultdict
from functools import lru_cache
from multiprocessing import Pool
from pathlib import Path

from language_sources import files, language_code, license_of, messages, package_name, tesseract_words

LINGUA = ("af ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gu he hi hr hu hy id is it ja ka kk ko la lg lt "
          "lv mi mk mn mr ms nb nl nn pa pl pt ro ru sk sl sn so sq sr st sv sw ta te th tl tn tr ts uk ur vi xh yo zh zu").split()
# Others that have a thousand sentences, and are either written in a script of their own or far from those above.
OTHERS = ("am as bo br ckb dv dz fo fy gd gl ha ht ig jv kab km kn ky lb lo mg ml mt my ne oc om or ps rm rw sd si su tg ti tk tt ug "
          "uz vec wa yi").split()
# Those that many packages have; so less is taken of each.
COMMON = set("ar be bg ca cs da de el en eo es et eu fa fi fr gl he hi hr hu id is it ja kk ko lt lv mk nb nl nn pl pt ro ru sk sl sr sv "
             "th tr uk vi zh br".split())
SCRIPTS = {script: languages.split() for script, languages in {
    "ARABIC": "ar fa ur ps ug ckb sd", "ARMENIAN": "hy", "CYRILLIC": "be bg kk ky mk mn ru sr tg tt uk uz", "BENGALI": "bn as", "CJK": "zh ja",
    "HIRAGANA": "ja", "KATAKANA": "ja", "KATAKANA-HIRAGANA": "ja", "HANGUL": "ko", "GEORGIAN": "ka", "GREEK": "el",
    "GUJARATI": "gu", "HEBREW": "he yi", "DEVANAGARI": "hi mr ne", "GURMUKHI": "pa", "TAMIL": "ta", "TELUGU": "te",
    "THAI": "th", "KANNADA": "kn", "MALAYALAM": "ml", "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "SINHALA": "si",
    "ORIYA": "or", "ETHIOPIC": "am ti", "TIBETAN": "dz bo", "THAANA": "dv",
}.items()}
WANTED = {*LINGUA, *OTHERS}
NOT_LATIN = {language for languages in SCRIPTS.values() for language in languages} - {"sr", "uz"}
UNSPACED = set("zh ja th km lo my dz bo".split())
# Kinds of texts by package; all others are messages. Of the last three nothing is trained on.
KINDS = {"cld2": "web", "libexttextcat": "declaration", "spacy": "examples", "chatterbot_corpus": "dialogues"}
HELD_OUT = ("declaration", "examples", "dialogues")
ENGLISH = set("the and this that with which your cannot was from are have when".split())


@lru_cache(maxsize=None)
def script(character: str) -> str:
    """The script of a letter or of a mark that belongs to one; empty for all else."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    return unicodedata.name(character, " ").split()[0]


def is_written_as(language: str, text: str) -> bool:
    """Whether seven tenths of its letters are of the language's script, and these are most of the text."""
    scripts = Counter(filter(None, map(script, text)))
    scripts.pop("COMBINING", 0)
    own = sum(n for name, n in scripts.items()
              if language in SCRIPTS.get(name, ()) or name == "LATIN" and language not in NOT_LATIN)
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    return (own >= 0.7 * sum(scripts.values()) and own >= 0.65 * len(re.sub(r"\s|[\u0300-\u036f]", "", text))
            and (language != "ja" or kana > 0) and (language != "zh" or kana == 0))


MARKUP = re.compile(
    r"<[^<>]*>|^[A-Z]\w+:(?=\w)|(?<!\w)['’‘]|['’‘](?!\w)|\{\{[^{}]*\}\}|\[https?:\S+|https?:\S+|\S+@\S+\.\w+|\S*/\S*/\S*|[([（]?[_~&]\w[)\]）]|"
    r"%(?:\(\w+\))?[\d.$#*-]*[a-zA-Z]?|\$\w+\$?|\$\{?\w*\}?|[\w.-]+\(\)|--?\w[\w-]+|&\w+;|\\[a-z]|''+|[*#•_~^|\"“”„«»<>=\\]|\x07|\ufeff|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def cleaned(text: str) -> str:
    """Without markup, placeholders, accelerators, addresses and paths."""
    text = html.unescape(text.replace("\\n", " "))
    text = re.sub(r"\{\w+, *\w+,[^{}]*(?:=?\w+ *)\{|\b(?:=\d+|one|two|few|many|other|zero) *\{", " ", text)
    text = re.sub(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]", r"\1", text)
    text = re.sub(r"(?<=\w)[_~&](?=\w)|(?<!\w)[_~&](?=\w)", "", text)
    text = MARKUP.sub(" ", re.sub(r"\{[^{}]*\}", " ", text))
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(re.sub(r"[{}\[\]()]", " ", text).split()))
    return re.sub(r"^[^\w¿¡]+|[\s–—:;,-]+$", "", text)


def sentences(language: str, text: str, original: str) -> list[str]:
    found = []
    shared = set(re.findall(r"[a-z]{3,}", original.lower())) if language != "en" else set()
    for part in re.split(r"(?<=[.!?…])\s+(?=\W*\w)|(?<=[。！？।॥։؟])\s*|\n\s*\n", text.replace("\n", " \n") if "\n\n" in text else text):
        part = cleaned(part)
        while len(part) > 200:  # a clause of it, or as many words as fit
            cut = max(part.rfind(mark, 60, 200) for mark in ",;:，；、، ") if " " in part[60:200] else 120
            part = part[:max(cut, 60)].strip()
        words = part.split()
        latin = re.findall(r"[a-z]{3,}", part.lower())
        if (sum(c.isalpha() for c in part) >= (6 if language in UNSPACED else 14)
                and (language in UNSPACED or len(words) >= 3)
                and "\ufffd" not in part and is_written_as(language, part)
                and not (latin and language not in NOT_LATIN and sum(w in shared for w in latin) >= 0.5 * len(latin))
                and not (language != "en" and sum(w in ENGLISH for w in latin) >= 2)):
            found.append(part)
    return found


def draw(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))


def side(original: str) -> str:
    letters = re.sub(r"[\W\d_]+", "", original.lower()) or original
    share = draw(letters) % 100
    return "test" if share < 8 else "validation" if share < 12 else "train"


def kind_of(package: str) -> str:
    return KINDS.get(package, "messages")


# How many sentences any one package is to give at most, of languages that few packages have.
MOST = {"messages": {"train": 800, "validation": 80, "test": 120}, "web": {"train": 3_200, "validation": 150, "test": 320}}


def collected(path: Path) -> tuple[Path, str, dict[tuple[str, str], list[tuple[str, str]]]]:
    """The package's license, and sentences with their originals by language and side, no more than any one package
    is to give."""
    kind = kind_of(package_name(path)[0])
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for language, original, text in messages(path):
        if language in WANTED and len(text) > (7 if language in UNSPACED else 16):
            found[language, "test" if kind in HELD_OUT else side(original)].setdefault(text, original)
    chosen = {}
    for (language, part), texts in found.items():
        good = []
        most = MOST[kind][part] // (8 if language in COMMON and kind == "messages" else 1) if kind in MOST else 500
        for text in sorted(texts, key=draw):
            good += [(sentence, texts[text]) for sentence in sentences(language, text, texts[text])]
            if len(good) >= most:
                break
        chosen[language, part] = good
    return path, license_of(path), chosen


def runs(language: str, text: str) -> set[str]:
    """What makes two sentences near-copies: runs of five words, of 14 letters where words are not written apart."""
    if language in UNSPACED:
        letters, size = "".join(c for c in text if c.isalpha()), 14
        return {letters[i:i + size] for i in range(max(1, len(letters) - size + 1))}
    words, size = re.findall(r"\w+", text.lower()), 5
    return {" ".join(words[i:i + size]) for i in range(max(1, len(words) - size + 1))}


def in_turn(packages: dict[str, list], most: int) -> list[tuple[str, str, str]]:
    """(package, sentence, original): a sentence of each package in turn until there are enough."""
    chosen = []
    for place in range(max(map(len, packages.values()), default=0)):
        chosen += [(package, *texts[place]) for package, texts in sorted(packages.items()) if place < len(texts)]
        if len(chosen) >= most:
            break
    return chosen[:most]


def pieces(language: str, text: str, original: str, draws: random.Random, least: int = 5) -> tuple[str | None, str | None]:
    """A word pair and a word of a sentence: neighbours of five letters or more, as lingua's tests have them (three in
    scripts other than Latin), or of `least`, that the English original does not have. Stretches where words are not
    written apart."""
    if language in UNSPACED:
        stretches = [s for s in re.findall(r"[^\W\d_a-zA-Z]+", re.sub(r"[\u0e31-\u0e4e]", lambda m: m[0], text)) if len(s) >= 2] \
            if language in ("zh", "ja") else [s for s in re.split(r"[^\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]+", text) if len(s) >= 4]
        if not stretches:
            return None, None
        stretch = draws.choice(stretches)
        size, double = (draws.randint(2, 4), draws.randint(5, 8)) if language in ("zh", "ja") else (draws.randint(5, 8), draws.randint(10, 16))
        start = draws.randrange(max(1, len(stretch) - size + 1))
        word, pair = stretch[start:start + size], stretch[start:start + double]
        return pair if len(pair) > size else None, word if is_written_as(language, word) else None
    known = set(re.findall(r"\w+", original.lower())) if language != "en" else set()
    least = min(least, 3 if language in NOT_LATIN or language == "vi" else 5)

    def is_good(word: str) -> bool:
        return (len(word) >= least and word.lower() not in known and all(script(c) or c in "'’-" for c in word)
                and is_written_as(language, word) and not (language == "en" and word[0].isupper()))

    words = [word.strip(".,;:!?…()'’‘-–—،؛؟।") for word in text.split()]
    order = draws.sample(range(len(words)), len(words))
    word = next((words[place] for place in order if is_good(words[place])), None)
    pair = next((f"{words[place]} {words[place + 1]}" for place in order
                 if place + 1 < len(words) and is_good(words[place]) and is_good(words[place + 1])), None)
    return pair, word


def word_lists(path: Path) -> dict[str, list[str]]:
    """Words by language, the most frequent first: wordfreq's, or the stop lists of justext. Of Tesseract those for
    Maori, of which there is little else, in no order."""
    lists: dict[str, list[str]] = {}
    if path.name.startswith("tesseract-ocr-mri"):
        for _, content in files(path, wanted=lambda name: name.endswith(".traineddata")):
            lists["mi"] = sorted(filter(re.compile(r"((wh|ng|[hkmnprtw])?[aeiouāēīōū]+)+").fullmatch, tesseract_words(content)), key=draw)
    for name, content in files(path, wanted=lambda name: name.startswith(("wordfreq/data/small", "justext/stoplists"))):
        stem = Path(name).name.split(".")[0]
        if name.startswith("wordfreq"):
            import msgpack
            bins = msgpack.unpackb(gzip.decompress(content), raw=False)[1:]  # by frequency
            lists[language_code(stem.removeprefix("small_")) or ""] = [word for words in bins for word in words]
        elif stem in LIST_NAMES:
            lists[LIST_NAMES[stem]] = content.decode("utf-8").split()
    return lists


LIST_NAMES = dict(reversed(pair.split(":")) for pair in (
    "af:Afrikaans sq:Albanian hy:Armenian az:Azerbaijani eu:Basque be:Belarusian bs:Bosnian hr:Croatian eo:Esperanto "
    "et:Estonian ka:Georgian gu:Gujarati ga:Irish kk:Kazakh la:Latin mr:Marathi nn:Norwegian_Nynorsk sr:Serbian sw:Swahili te:Telugu "
    "cy:Welsh yo:Yoruba br:Breton kn:Kannada ky:Kyrgyz lb:Luxembourgish ml:Malayalam mt:Maltese ne:Nepali uz:Uzbek "
    "fy:West_Frisian ht:Haitian ig:Igbo vec:Venetian wa:Walloon").split())


def write(path: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = ("label", "text")) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
    print(f"{path}: {len(rows):,} rows")


FORMS = ("sentences", "pairs", "words")
# In the order in which they choose: part, kind, and how many sentences of a language.
PARTS = [*(("test", kind, 300) for kind in ("messages", "web", *HELD_OUT)), ("validation", "messages", 120),
         ("validation", "web", 120), ("train", "web", 3_000), ("train", "messages", 2_000)]


def main(folder: Path, out: Path) -> None:
    draws = random.Random(1)
    paths = sorted(path for path in [*folder.glob("*"), *folder.glob("lists/*Translation-*")] if path.is_file())
    found: dict[str, dict[str, dict[str, list]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    about: dict[str, tuple[str, str]] = {}
    lists: dict[str, tuple[str, list[str]]] = {}
    with Pool(2) as pool:
        for path, license, parts in pool.imap_unordered(collected, paths):
            package, version = package_name(path)
            about[package] = version, license
            print(package, sum(map(len, parts.values())), flush=True)
            for (language, part), texts in parts.items():
                found[language][part][package] += texts
    for path in paths:
        if path.name.startswith(("wordfreq", "justext", "tesseract")):
            lists = {language: (package_name(path)[0], words) for language, words in word_lists(path).items()} | lists
    english = set(lists["en"][1])

    owners: dict[str, set[str]] = defaultdict(set)  # the languages that a sentence stands in
    for language, parts in found.items():
        for packages in parts.values():
            for texts in packages.values():
                for text, _ in texts:
                    owners[text.lower()].add(language)
    train, validation, sources = [], [], []
    tests: dict[str, dict[str, list]] = {kind: {form: [] for form in FORMS} for kind in ("messages", "web", *HELD_OUT)}
    for language in sorted(found):
        kept: set[str] = set()
        chosen: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        barred: set[str] = set()
        for part, kind, cap in PARTS:
            packages = {}
            for package, texts in sorted(found[language][part].items()):
                if kind_of(package) != kind:
                    continue
                texts = sorted(texts, key=lambda text: draw(text[0]))
                packages[package] = fresh = []
                for text, original in texts:
                    if text.lower() in kept or part != "train" and len(owners[text.lower()]) > 1:
                        continue
                    if part != "test" and runs(language, text) & barred:
                        continue
                    kept.add(text.lower())
                    fresh.append((text, original))
            chosen[part, kind] = in_turn(packages, cap)
            if part != "train":
                barred |= {run for _, text, _ in chosen[part, kind] for run in runs(language, text)}
        enough = len(chosen["train", "messages"]) + len(chosen["train", "web"])
        if enough < (60 if language in LINGUA else 1_000):
            print(f"{language}: {enough} sentences, left out")
            continue

        package_of_list, listed = lists.get(language, ("", []))
        listed = (word.strip(".,:;()") for word in listed)
        listed = [w for w in listed if len(w) >= (3 if language not in UNSPACED else 1) and (language == "en" or w not in english)
                  and all(script(c) or c in "'’-" for c in w) and is_written_as(language, w)][:3_000]
        sizes = []
        training: dict[str, set[str]] = {form: set() for form in FORMS}
        for (part, kind), texts in chosen.items():
            forms = {form: set() for form in FORMS}
            forms["sentences"] = {text for _, text, _ in texts}
            # Few texts are cut several times. Of a test, once each; of what trains, into shorter words as well.
            rounds = max(2, min(6, 3_000 // max(1, len(texts)))) if part == "train" else 1
            for turn, (_, text, original) in enumerate(texts * rounds):
                pair, word = pieces(language, text, original, draws, 2 if part == "train" and turn % 3 == 0 else 5)
                forms["pairs"] |= {pair} if pair else set()
                forms["words"] |= {word} if word else set()
            if part == "test":
                for form in FORMS:
                    tests[kind][form] += [(language, text) for text in sorted(forms[form], key=draw)]
            elif part == "validation":
                validation += [(language, text) for form in FORMS for text in sorted(forms[form], key=draw)]
            else:
                for form in FORMS:
                    training[form] |= forms[form]
            sizes.append(f"{part} of {kind} {'/'.join(str(len(forms[form])) for form in FORMS)}")
        training["words"] |= set(listed)
        train += [(language, text) for form in FORMS for text in sorted(training[form])]
        counts = {part: Counter(package for (p, _), texts in chosen.items() if p == part for package, _, _ in texts)
                  for part in ("train", "validation", "test")}
        for package in sorted(set().union(*counts.values())):
            sources.append((language, package, *about[package], *(str(counts[part][package]) for part in counts), ""))
        if listed:
            sources.append((language, package_of_list, *about[package_of_list], "", "", "", str(len(listed))))
        print(language, *sizes, sep=", ", flush=True)

    out.mkdir(parents=True, exist_ok=True)
    draws.shuffle(train)
    write(out / "train.tsv", train)
    write(out / "validation.tsv", validation)
    with open(Path(__file__).parents[2] / "corpora/languages/test.csv", encoding="utf-8", newline="") as file:
        written = [(row["label"], row["text"]) for row in csv.DictReader(file)]
    tests["written"] = {"sentences": written, **{form: [(language, " ".join(text.split()[:count])) for language, text in written]
                                                 for form, count in (("pairs", 2), ("words", 1))}}
    for kind, forms in tests.items():
        folder = out if kind == "messages" else out / kind
        folder.mkdir(exist_ok=True)
        for form, rows in forms.items():
            write(folder / f"test-{form}.tsv", rows)
    write(out / "SOURCES.tsv", sources, ("language", "package", "version", "license", "train", "validation", "test", "words"))
    missing = sorted(set(LINGUA) - {label for label, _ in train})
    print(f"{len({label for label, _ in train})} languages; of lingua's, missing: {' '.join(missing) or 'none'}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
