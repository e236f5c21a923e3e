"""``siyu demo``: a brand made from a seed, its nightly run, and links to look around with."""

from typing import Annotated

import typer

from siyu.config.serve import up
from siyu.faces.cli.shell import AsJson, owner_only, progress_bars, screen, show
from siyu.foundation.clock import business_day, utc_now
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.actions import run_now
from siyu.rooms.organization.actions import issue_link
from siyu.rooms.organization.types import StaffView
from siyu.rooms.outreach.actions import nightly_key
from siyu.simulation.demo import (
    PROFILE,
    add_last_campaign,
    code_of,
    demo_people,
    demo_program_id,
    dispatch_to_sellers,
    invite_by_seller,
    make_demo,
    set_month_target,
)
from siyu.simulation.demo_pay import pay_sellers

_ZONE = "Asia/Shanghai"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("demo")(demo)


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Start the server.")] = True,
    profile: Annotated[
        str, typer.Option(help="demo, winter_chain or koc_platform; each is a program.")
    ] = PROFILE,
    scale: Annotated[
        float | None,
        typer.Option(help="Share of the profile's people; left out: about 12,000 customers."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a demo brand once, run its night, print sign-in links and start the server."""
    owner_only()
    today = business_day(utc_now(), _ZONE)
    program_id = demo_program_id(profile=profile)
    is_new = program_id is None
    with progress_bars() as listener:
        if program_id is None:
            program_id = make_demo(
                as_of=today, until=utc_now(), listener=listener, profile=profile, scale=scale
            )
        published = publication_of(program_id=program_id)
        if published is None or published.as_of != today:
            run_now(
                program_id=program_id,
                kind="nightly",
                key=nightly_key(program_id=program_id, as_of=today),
                arguments={"as_of": str(today)},
                listener=listener,
            )
    if is_new:
        add_last_campaign(program_id=program_id, now=utc_now())
        set_month_target(program_id=program_id, now=utc_now())
        dispatch_to_sellers(program_id=program_id, now=utc_now())
        invite_by_seller(program_id=program_id, today=today)
        pay_sellers(program_id=program_id, code=code_of(profile), now=utc_now())
    people = demo_people(program_id=program_id, today=today, profile=profile)
    address = f"http://127.0.0.1:{port}"
    links = [
        {"who": who, "name": staff.name, "link": f"{address}/link/{_link(staff)}"}
        for who, staff in (
            ("Headquarters 总部", people.headquarters),
            ("Store manager 店长", people.manager),
            *((f"Seller 导购 {number}", seller) for number, seller in enumerate(people.sellers, 1)),
        )
    ]
    if as_json:
        show({"address": address, "links": links}, as_json, "")
    else:
        screen.print(f"\nSiyu 私域  {address}\n", highlight=False)
        for each in links:
            typer.echo(f"{each['who']:<20}{each['link']}   {each['name']}")
        screen.print(
            "\nEach link works once within 10 minutes; start again for new ones. "
            "链接一次有效，10 分钟内使用；重新启动可得新链接。",
            highlight=False,
        )
    if serve:
        up(host="127.0.0.1", port=port, with_worker=True)


def _link(staff: StaffView) -> str:
    return issue_link(staff_id=staff.id, actor_id=None, loopback_only=True).token
