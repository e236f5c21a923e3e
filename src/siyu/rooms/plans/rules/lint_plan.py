"""What the law has against a plan, by the numbers of the rules in `law`."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from siyu.analytics.commissions import Base, Event, Measure, Payee, Plan
from siyu.rooms.plans.rules.law import finding
from siyu.rooms.plans.types import Finding, Severity, Verdict

_LEAST_AGE = 18
_RETURN_DAYS = 7
_NOTICE_DAYS = 7
_BINDING_DAYS = 30
_MUCH_PERCENT, _MOST_PERCENT, _ALL_PERCENT = 30, 50, 100
_FORBIDDEN_LEVELS = {"CPL-003", "CPL-004", "CPL-005", "CPL-006"}
_OFFICES = ("students", "teachers", "medical", "officials", "soldiers")
_WECHAT = "wechat"
_INCOME_CLAIMS = (
    "躺赚",
    "躺着赚",
    "月入",
    "日入",
    "年入",
    "被动收入",
    "保底收益",
    "财富自由",
    "稳赚",
    "零风险",
    "passive income",
    "guaranteed income",
    "financial freedom",
)


def lint_plan(plan: Plan, *, announced_on: date | None = None) -> list[Finding]:
    """What speaks against publishing a plan, the gravest first.

    ``announced_on`` is the day on which sellers were told; without it, when the plan begins is
    not looked at.
    """
    found = [
        *_recruiting(plan),
        *_entry(plan),
        *_depth(plan),
        *_binding(plan),
        *_rates(plan),
        *_texts(plan),
        *_money(plan),
        *_persons(plan),
        *_beginning(plan, announced_on),
    ]
    forbidden = sorted({each.rule for each in found} & _FORBIDDEN_LEVELS)
    if forbidden and _WECHAT in plan.channels:
        found.append(finding("CPL-016", Severity.BLOCK, "channels", rules=", ".join(forbidden)))
    return by_severity(found)


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """Findings, the gravest first."""
    gravest = list(Severity)
    return sorted(findings, key=lambda each: (gravest.index(each.severity), each.rule))


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Whether what was found lets a plan be published."""
    severities = {each.severity for each in findings}
    if Severity.BLOCK in severities:
        return Verdict.BLOCKED
    return Verdict.NEEDS_SIGN_OFF if Severity.HIGH in severities else Verdict.PASSES


def _recruiting(plan: Plan) -> Iterator[Finding]:
    for place, share in enumerate(plan.shares):
        if share.on is Event.RECRUIT:
            yield finding("CPL-001", Severity.BLOCK, f"shares[{place}]")
        if share.on is Event.SHARING and _WECHAT in plan.channels:
            yield finding("CPL-017", Severity.HIGH, f"shares[{place}]", in_doubt=True)
    for place, bonus in enumerate(plan.bonuses):
        if bonus.measure is Measure.RECRUITS:
            yield finding("CPL-001", Severity.BLOCK, f"bonuses[{place}]")
    if plan.joining.recruits:
        yield finding("CPL-001", Severity.BLOCK, "joining.recruits")
    for place, level in enumerate(plan.levels):
        if level.recruits or level.team_sales:
            yield finding("CPL-006", Severity.BLOCK, f"levels[{place}]")


def _entry(plan: Plan) -> Iterator[Finding]:
    joining = plan.joining
    asked = {
        "joining.fee": joining.fee,
        "joining.deposit": joining.deposit,
        "joining.purchase": joining.purchase,
        "joining.keep_purchase": joining.keep_purchase,
    }
    for place, level in enumerate(plan.levels):
        asked[f"levels[{place}].fee"] = level.fee
        asked[f"levels[{place}].purchase"] = level.purchase
    for where, amount in asked.items():
        if amount:
            yield finding("CPL-002", Severity.BLOCK, where, amount=amount)


def _depth(plan: Plan) -> Iterator[Finding]:
    for place, share in enumerate(plan.shares):
        if share.to is not Payee.INVITER or not _pays(plan, place):
            continue
        if share.depth > 2:
            yield finding("CPL-003", Severity.BLOCK, f"shares[{place}]", depth=share.depth)
        else:
            severity = Severity.HIGH if plan.allows_depth_2 else Severity.BLOCK
            yield finding("CPL-004", severity, f"shares[{place}]", in_doubt=plan.allows_depth_2)
    for place, bonus in enumerate(plan.bonuses):
        if bonus.team_depth:
            yield finding("CPL-005", Severity.BLOCK, f"bonuses[{place}]")


def _pays(plan: Plan, place: int) -> bool:
    return any(rate.percent or rate.amount for rate in plan.shares[place].rates)


def _binding(plan: Plan) -> Iterator[Finding]:
    if plan.pays_recruits_purchases:
        yield finding("CPL-007", Severity.HIGH, "pays_recruits_purchases", in_doubt=True)
    elif plan.binding_days > _BINDING_DAYS:
        yield finding("CPL-007", Severity.WARN, "binding_days")
    if plan.pays_own_purchases:
        yield finding("CPL-012", Severity.WARN, "pays_own_purchases")


def _rates(plan: Plan) -> Iterator[Finding]:
    """The most that one sale pays, as a part of what was paid, of the margin, of an alliance's."""
    of_paid, of_margin = _most(plan, Base.PAID), _most(plan, Base.MARGIN)
    of_alliance = _most(plan, Base.ALLIANCE)
    margin = plan.gross_margin_percent
    if margin is not None:
        of_paid += of_margin * margin / _ALL_PERCENT
    if (
        of_margin > _ALL_PERCENT
        or of_alliance > _ALL_PERCENT
        or (margin is not None and of_paid > margin)
    ):
        most = of_paid if margin is not None and of_paid > margin else max(of_margin, of_alliance)
        yield finding("CPL-011", Severity.BLOCK, "shares", percent=_plain(most))
    elif of_paid > _MOST_PERCENT:
        yield finding("CPL-011", Severity.HIGH, "shares", in_doubt=True, percent=_plain(of_paid))
    elif of_paid > _MUCH_PERCENT:
        yield finding("CPL-011", Severity.WARN, "shares", percent=_plain(of_paid))


def _most(plan: Plan, base: Base) -> Decimal:
    """The sum, over shares of a base, of the highest rate, and of the bonuses on goods paid."""
    shares = [
        max(rate.percent or Decimal(0) for rate in share.rates)
        for share in plan.shares
        if share.of is base
    ]
    if base is Base.PAID:
        shares += [max(step.percent or Decimal(0) for step in each.steps) for each in plan.bonuses]
    return sum(shares, Decimal(0))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _texts(plan: Plan) -> Iterator[Finding]:
    for place, claim in enumerate(plan.promises.claims):
        words = [word for word in _INCOME_CLAIMS if word in claim.lower()]
        if words:
            yield finding(
                "CPL-013",
                Severity.HIGH,
                f"promises.claims[{place}]",
                in_doubt=True,
                words=", ".join(words),
            )
    if not plan.promises.labels_ads:
        yield finding("CPL-020", Severity.WARN, "promises.labels_ads")


def _money(plan: Plan) -> Iterator[Finding]:
    release = plan.release
    if release.days < _RETURN_DAYS or not release.waits_for_disputes:
        severity = Severity.BLOCK if release.to_personal_wallet else Severity.HIGH
        yield finding(
            "CPL-014",
            severity,
            "release",
            in_doubt=severity is Severity.HIGH,
            days=release.days,
        )
    if plan.promises.has_many_merchants and plan.promises.collects_merchants_money:
        yield finding("CPL-018", Severity.BLOCK, "promises.collects_merchants_money")
    if release.splits_payments:
        yield finding("CPL-019", Severity.BLOCK, "release.splits_payments")
    if not release.needs_identity:
        yield finding("CPL-022", Severity.BLOCK, "release.needs_identity")


def _persons(plan: Plan) -> Iterator[Finding]:
    joining = plan.joining
    if joining.least_age < _LEAST_AGE:
        yield finding("CPL-015", Severity.BLOCK, "joining.least_age", who=f"{joining.least_age}")
    let_in = [office for office in _OFFICES if office not in joining.leaves_out]
    if let_in:
        yield finding("CPL-015", Severity.WARN, "joining.leaves_out", who=", ".join(let_in))


def _beginning(plan: Plan, announced_on: date | None) -> Iterator[Finding]:
    if announced_on is None:
        return
    needed = _NOTICE_DAYS if plan.promises.has_many_merchants else 0
    days = (plan.from_on - announced_on).days
    if days < needed:
        yield finding("CPL-021", Severity.HIGH, "from_on", in_doubt=True, days=days, needed=needed)
