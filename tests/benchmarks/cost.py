"""What running costs in Google Cloud: acts, files, a month of the scheduled jobs, and what is paid in any case.

A company with one base and Document Management is played over the simulators in virtual time; what Google bills is
counted on the way (`cost_meter`, `cost_billed`) and multiplied by list prices (`cost_prices`, each with its page and
how sure it is). Free quotas are shown, and taken off only where a column says so. The least beside each figure is what
the design demands of any code: one claim, one binding, one journal entry and one release per record, the fewest
requests to either side (`cost_parts`). What no simulator can say – how long the sides take – is assumed, and printed.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory

from tests.benchmarks import cost_parts as parts
from tests.benchmarks.cost_company import company_at
from tests.benchmarks.cost_meter import Usage, gibibytes
from tests.benchmarks.cost_play import SYNC, Play, play
from tests.benchmarks.cost_prices import ASSUMED, LOOKED_UP, MEANINGS, PRICES
from tests.benchmarks.report import Bar, table

ACTS, FILES, DAY = 50, 200, 24 * 60
OTHERS = 10
"""Changes of deals that lead to no act, for each one that does."""
A_SMALL_COMPANY = (300, 2_000, 1_000)
"""Acts and files of its month, and documents with a folder of their own; more than a thousand are not looked at in one
run.
"""
ALLOWED = 0.2
MOST = 12
"""Kinds of documents that are worth a line."""


def bench(small: bool) -> list[Bar]:
    """Fifty acts, two hundred files and a day; or a few of each."""
    acts, files, minutes = (3, 8, 60) if small else (ACTS, FILES, DAY)
    with TemporaryDirectory() as folder, company_at(folder) as company:
        played = play(company, acts, files, minutes)
    _prices()
    _compared("1 000 acts", played.an_act() * 1_000, parts.least_of_an_act() * 1_000)
    _compared(f"10 000 files of {ASSUMED.file // 1024} KiB", played.a_file() * 10_000, parts.least_of_a_file() * 10_000)
    _month(played)
    _jobs(played)
    _documents(played)
    return _bars(played, _summary(played))


def _prices() -> None:
    rows = [
        (one.what, f"{one.usd:g}", one.unit, f"{one.free:,.0f}".replace(",", " "), one.page, one.seen, one.remark)
        for one in PRICES.values()
    ]
    head = ("price", "USD", "per", "free a month", "page", "seen", "remark")
    title = f"List prices of Belgium, looked up on {LOOKED_UP} in copies of the vendor's pages"
    table(f"{title}: seen there, quoted by others, for elsewhere only, or unsure", head, rows)
    table("Assumed", ("what", "figure"), [(MEANINGS[name], f"{getattr(ASSUMED, name):g}") for name in MEANINGS])


def _compared(title: str, used: Usage, least: Usage) -> None:
    rows = [
        (one.what, _many(used[name]), f"{one.usd:g} / {one.unit}", _usd(one.of(used[name])), _usd(one.of(least[name])),
         _ratio(used[name], least[name]))
        for name, one in PRICES.items() if name in used.of
    ]  # fmt: skip
    total, floor = usd(used), usd(least)
    rows.append(("all", "", "", _usd(total), _usd(floor), _ratio(total, floor)))
    table(f"{title}, free quotas not taken off", ("what", "quantity", "price", "USD", "least", "×"), rows)


def _month(played: Play) -> None:
    used, stands = played.a_month(), parts.fixed()
    least = sum((parts.least_of_a_run(job) * number for job, number in parts.runs().items()), Usage())
    rows = [
        (one.what, _many(both[name]), f"{one.usd:g} / {one.unit}", _usd(one.of(both[name])),
         _usd(one.beyond_free(both[name])), _usd(one.of(floor[name])))
        for both, floor in ((used, least), (stands, stands)) for name, one in PRICES.items() if name in both.of
    ]  # fmt: skip
    every = used + stands
    rows.append(("all", "", "", _usd(usd(every)), _usd(beyond_free(every)), _usd(usd(least + stands))))
    head = ("what", "quantity", "price", "USD", "beyond free", "least")
    table("A month in which nothing happens: jobs, then what stands there", head, rows)


def _jobs(played: Play) -> None:
    often = parts.runs()
    rows = [(name, *_run(played.job(name), parts.least_of_a_run(name), number)) for name, number in often.items()]
    whole = played.job(SYNC) + played.a_folder() * played.folders
    folders = f"{SYNC}, {played.folders} documents with folders of their own"
    rows.append((folders, *_run(whole, parts.least_of_a_run(SYNC), often[SYNC])))
    table("Quiet runs", ("job", "a month", "s", "reads", "writes", "USD a month", "least"), rows)


def _run(used: Usage, least: Usage, number: float) -> tuple[str, float, float, float, str, str]:
    return (
        f"{number:.0f}", used["cpu"], used["reads"], used["writes"], _usd(usd(used * number)), _usd(usd(least * number))
    )  # fmt: skip


def _documents(played: Play) -> None:
    """Where the documents of an act and of a file go, for whoever looks for waste."""
    for title, used, number in (
        ("act", played.acts, played.numbers[0]),
        ("file, with the sync", played.files, played.numbers[1]),
    ):
        rows = [(what, documents / number) for what, documents in used.documents.most_common(MOST)]
        table(f"Most documents of one {title}", ("what", "number"), rows)


def _summary(played: Play) -> float:
    """Everything in one table; what a small company uses beyond free quotas, as a share of what stands there for it."""
    acts, files, folders = A_SMALL_COMPANY
    month, stands, year = played.a_month(), parts.fixed(), _stored(played, acts, files)
    a_folder = played.a_folder() * parts.runs()[SYNC]
    work = played.an_act() * acts + played.another_change() * (acts * OTHERS) + played.a_file() * files + _starts(acts)
    uses = month + a_folder * folders + work + year
    least = sum((parts.least_of_a_run(job) * number for job, number in parts.runs().items()), Usage())
    rows: list[tuple[str, Usage, Usage | None]] = [
        ("1 000 acts", played.an_act() * 1_000, parts.least_of_an_act() * 1_000),
        ("1 000 other changes of deals", played.another_change() * 1_000, None),
        ("10 000 files", played.a_file() * 10_000, parts.least_of_a_file() * 10_000),
        ("a month of the jobs", month, least),
        ("in it, 100 documents with folders of their own", a_folder * 100, None),
        ("a month of what stands there", stands, stands),
        ("a deployment of every function", parts.deployment(), None),
        (f"small company: {acts} acts, {acts * OTHERS} other changes, {files} files", work, None),
        ("its documents in the store a year on, each month", year, None),
        (f"its month in all, with {folders} folders of documents", uses + stands, None),
    ]
    shown = [(what, *map(_usd, _both(used)), "" if floor is None else _usd(usd(floor))) for what, used, floor in rows]
    table("In all, USD; free quotas are taken off line by line", ("what", "USD", "beyond free", "least"), shown)
    return beyond_free(uses) / beyond_free(stands)


def _starts(acts: int) -> Usage:
    """Where deals are rare, each of their changes finds neither function's instance there."""
    seconds = 2 * acts * (1 + OTHERS) * ASSUMED.start_seconds
    return Usage({"cpu": seconds, "memory": seconds * gibibytes("512M")})


def _stored(played: Play, acts: int, files: int) -> Usage:
    """A year on: twelve months of what is kept for ever, six of what expires after 180 days. Backups are of seven days
    and fourteen weeks (infra/store.tf).
    """
    lasting, expiring = (
        number * played.kept[0][place] * acts + number * played.kept[1][place] * files
        for place, number in enumerate((12, 6))
    )
    lying = lasting + expiring
    return Usage({"stored": lying, "recovery": lying, "backups": (7 + 14) * lying})


def _bars(played: Play, share: float) -> list[Bar]:
    acts, files = played.numbers
    done = f"{played.drafts} drafts, {played.carried} files"
    whole = played.drafts == acts and played.carried == files
    return [
        Bar(f"{acts} acts and {files} files carried, each once", done, whole, counted=True),
        Bar("nothing changed on either side while nothing happened", str(played.moved), not played.moved, counted=True),
        Bar(f"a small company's use ≤ {ALLOWED:.0%} of what stands there", f"{share:.1%}", share <= ALLOWED),
    ]


def usd(used: Usage) -> float:
    """List price, free quotas not taken off."""
    return sum(PRICES[name].of(quantity) for name, quantity in used.of.items())


def beyond_free(used: Usage) -> float:
    """What a month of this costs once the free quotas are taken off."""
    return sum(PRICES[name].beyond_free(quantity) for name, quantity in used.of.items())


def _both(used: Usage) -> tuple[float, float]:
    return usd(used), beyond_free(used)


def _usd(dollars: float) -> str:
    return f"{dollars:.4f}"


def _many(quantity: float) -> str:
    return f"{quantity:,.0f}".replace(",", " ")


def _ratio(used: float, least: float) -> str:
    return f"{used / least:.1f}" if least else "–"
