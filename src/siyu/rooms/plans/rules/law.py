"""What the law asks of plans: the rules by number, with their reasons and mends."""

from typing import Any, NamedTuple

from siyu.rooms.plans.types import Finding, Severity

_PYRAMID = "Regulations on the Prohibition of Pyramid Selling"


class Rule(NamedTuple):
    """What a rule finds, how to mend it, and the law behind it."""

    template: str
    mend: str
    basis: str


RULES = {
    "CPL-001": Rule(
        "Persons who were brought in earn somebody a benefit.",
        "Pay for what is sold, never for how many join.",
        f"{_PYRAMID}, art. 7(1); Criminal Law, art. 224-1",
    ),
    "CPL-002": Rule(
        "Whoever joins, stays or rises has to pay or to buy for {amount}.",
        "Let sellers join, stay and rise without paying, depositing or buying anything.",
        f"{_PYRAMID}, art. 7(2)",
    ),
    "CPL-003": Rule(
        "A sale pays persons {depth} levels above the buyer.",
        "Pay who sold it; leave out whoever stands above the one who invited her.",
        f"{_PYRAMID}, art. 7(3)",
    ),
    "CPL-004": Rule(
        "A sale pays who invited the seller: a second level.",
        "Leave it out. Two levels were fined without any entry fee (Chongqing, 2022).",
        f"{_PYRAMID}, art. 7(3); Chongqing Baoyue, 2022",
    ),
    "CPL-005": Rule(
        "A bonus counts what invited sellers sold.",
        "Count the payee's own sales only.",
        f"{_PYRAMID}, art. 7(3)",
    ),
    "CPL-006": Rule(
        "A level is reached by bringing in persons or by what these sold.",
        "Let own sales alone decide a level.",
        f"{_PYRAMID}, art. 7(1) and (3); Darendian, 2018",
    ),
    "CPL-007": Rule(
        "Purchases of a seller pay who invited her: binding makes her a level below.",
        "Pay nothing on what invited sellers buy.",
        f"{_PYRAMID}, art. 7(3), by inference",
    ),
    "CPL-008": Rule(
        "The tree that pays upwards has {levels} levels and {persons} persons.",
        "Stop paying upwards; ask counsel before anything is paid out or anybody joins.",
        "Opinions on pyramid selling crimes, 2013: 3 levels and 30 persons",
    ),
    "CPL-009": Rule(
        "The tree of invitations comes near: {levels} levels, {persons} persons.",
        "See whether pay still flows over these edges, and stop it.",
        "A margin before the figures of the opinions of 2013",
    ),
    "CPL-010": Rule(
        "The tree that pays upwards has {persons} persons: an aggravated case.",
        "Stop payouts and recruiting at once; ask counsel.",
        "Opinions on pyramid selling crimes, 2013: 120 persons or 2.5 million yuan",
    ),
    "CPL-011": Rule(
        "A sale can pay up to {percent}% in all.",
        "Lower the rates, or limit what one order pays.",
        "30%: default limit of payment splits, Direct Selling art. 24 by analogy; 50%: our policy",
    ),
    "CPL-012": Rule(
        "Own purchases pay commission.",
        "Pay nothing on what a seller buys herself.",
        f"{_PYRAMID}, art. 7(2), by inference",
    ),
    "CPL-013": Rule(
        "The text promises income: {words}.",
        "Say what is paid for what; promise nothing.",
        "Direct Selling art. 14 by analogy; WeChat's notice of 2015",
    ),
    "CPL-014": Rule(
        "Money can be drawn {days} days after receipt, before returns are over.",
        "Release it 7 days after receipt at the earliest, and after disputes are closed.",
        "Consumer Protection Law, art. 25",
    ),
    "CPL-015": Rule(
        "Persons may sell who should not: {who}.",
        "Ask for 18 years, and leave out those whose office forbids it.",
        "Direct Selling art. 15, by analogy",
    ),
    "CPL-016": Rule(
        "WeChat bans what {rules} found.",
        "Mend those parts, or leave WeChat out of the channels.",
        "WeChat's notices of 2015 and 2016; rules for outside links, 7.1",
    ),
    "CPL-017": Rule(
        "Sharing is paid, not selling: WeChat calls it inducement.",
        "Pay for what is sold.",
        "WeChat's rules for outside links: inducing shares",
    ),
    "CPL-018": Rule(
        "Merchants' money passes through an account of the platform.",
        "Let a licensed provider split it; Siyu keeps claims only.",
        "Non-bank Payment Regulations, art. 6 and 47",
    ),
    "CPL-019": Rule(
        "Payouts are split over persons or days, below thresholds of tax.",
        "Pay each person what she earned, in one amount.",
        "STA notice 22/2025, item 3",
    ),
    "CPL-020": Rule(
        "Material with a purchase link is not marked as advertising.",
        'Mark it "广告".',
        "Measures for Internet Advertising",
    ),
    "CPL-021": Rule(
        "The plan begins {days} days after it is announced; {needed} are needed.",
        "Let it begin later; orders before that day stay on the plan before.",
        "E-Commerce Law, art. 34",
    ),
    "CPL-022": Rule(
        "Money is paid to persons who have not been identified.",
        "Ask for name, identity number and tax residence before the first payout.",
        "State Council order 810: identities are reported",
    ),
}
_WHOLE = "plan"


def finding(
    rule: str, severity: Severity, where: str = _WHOLE, *, in_doubt: bool = False, **params: Any
) -> Finding:
    """A finding of a rule, in the rule's own words."""
    told = RULES[rule]
    return Finding(
        rule=rule,
        severity=severity,
        where=where,
        template=told.template,
        mend=told.mend,
        basis=told.basis,
        params=params,
        in_doubt=in_doubt,
    )
