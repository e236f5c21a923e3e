"""Who may do what: every page and command, by hand, one answer for each viewer.

An address with something in brackets is opened for that thing: one of the viewer's own, one within
or out of reach, or one of the other program. `ann` works in the first shop of the north with `amy`;
`bob` in the north's second shop; `cat` in the south; `dan` in the other program, Fern. Customers
and tasks are named after the seller they belong to: `ann-1` is Ann's second friend. `region` leads
the north, `store` Ann's shop. `seller` is Ann with a password, `link` Ann by a one-tap link,
`outsider` Fern's administrator, `stranger` Fern's seller Dan, `nobody` holds no role.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VIEWERS = (
    "administrator",
    "operator",
    "analyst",
    "region",
    "store",
    "seller",
    "link",
    "assistant",
    "outsider",
    "stranger",
    "nobody",
    "anonymous",
)

PAPER = "11010519491231002X"
PAID_DAYS = 20
PLAN = """
name = "guides"
from_on = 2099-01-01
shares = [{ name = "own sales", rates = [{ percent = 3 }] }]
"""

# 302 is the sign-in page for the anonymous, and the next page after a command for all others.
_TABLE = """
                                admin oper anal regi stor sell link assi outs stra nobo anon

home                       GET    302  302  302  302  302  302  302  302  302  302  403  302
sign-in                    GET    200  200  200  200  200  200  200  200  200  200  200  200
sign-in                    POST   422  422  422  422  422  422  422  422  422  422  422  422
sign-out                   POST   302  302  302  302  302  302  302  302  302  302  302  302
language                   POST   302  302  302  302  302  302  302  302  302  302  302  302
program                    POST   403  403  403  403  403  403  403  403  403  403  403  302
link[made-up]              GET    410  410  410  410  410  410  410  410  410  410  410  410
link[made-up]              POST   403  403  403  403  403  403  403  403  403  403  403  403
join[made-up]              GET    410  410  410  410  410  410  410  410  410  410  410  410
join[made-up]              POST   410  410  410  410  410  410  410  410  410  410  410  410

plans                      GET    200  200  403  403  403  403  403  403  200  403  403  302
plan-new                   GET    200  200  403  403  403  403  403  403  200  403  403  302
plan-new                   POST   302  302  403  403  403  403  403  403  302  403  403  302
plan[plum]                 GET    200  200  403  403  403  403  403  403  404  403  403  302
plan[fern]                 GET    404  404  403  403  403  403  403  403  200  403  403  302
plan[plum]                 POST   302  302  403  403  403  403  403  403  404  403  403  302
plan[fern]                 POST   404  404  403  403  403  403  403  403  302  403  403  302
plan-simulation[plum]      GET    200  200  403  403  403  403  403  403  404  403  403  302
plan-simulation[fern]      GET    404  404  403  403  403  403  403  403  200  403  403  302
plan-sign[plum]            POST   302  403  403  403  403  403  403  403  404  403  403  302
plan-sign[fern]            POST   404  403  403  403  403  403  403  403  302  403  403  302
plan-publish[plum]         POST   302  403  403  403  403  403  403  403  404  403  403  302
plan-publish[fern]         POST   404  403  403  403  403  403  403  403  302  403  403  302
plan-withdraw[plum-coming] POST   302  403  403  403  403  403  403  403  404  403  403  302
plan-withdraw[fern-coming] POST   404  403  403  403  403  403  403  403  302  403  403  302
plan-discard[plum]         POST   302  302  403  403  403  403  403  403  404  403  403  302
plan-discard[fern]         POST   404  404  403  403  403  403  403  403  302  403  403  302

overview                   GET    200  200  200  200  200  403  403  403  200  403  403  302
drivers                    GET    200  200  200  200  200  403  403  403  200  403  403  302
concentration              GET    200  200  200  200  200  403  403  403  200  403  403  302
origins                    GET    200  200  200  200  200  403  403  403  200  403  403  302
origins-export             GET    200  200  200  200  200  403  403  403  200  403  403  302
hq-customers               GET    200  200  403  200  200  403  403  403  200  403  403  302
hq-customer[ann-1]         GET    200  200  403  200  200  403  403  403  404  403  403  302
hq-customer[bob-1]         GET    200  200  403  200  404  403  403  403  404  403  403  302
hq-customer[cat-1]         GET    200  200  403  404  404  403  403  403  404  403  403  302
hq-customer[dan-1]         GET    404  404  403  404  404  403  403  403  200  403  403  302
hq-customer-phone[ann-1]   POST   200  403  403  403  403  403  403  403  404  403  403  302
hq-customer-phone[dan-1]   POST   404  403  403  403  403  403  403  403  200  403  403  302
invitations                GET    200  200  403  200  200  403  403  403  200  403  403  302
invitation-new             POST   302  302  403  302  302  403  403  403  302  403  403  302
invitation-revoke[plum]    POST   302  302  403  302  302  403  403  403  404  403  403  302
invitation-revoke[fern]    POST   404  404  403  404  404  403  403  403  302  403  403  302
application-accept[plum]   POST   302  302  403  302  302  403  403  403  404  403  403  302
application-accept[fern]   POST   404  404  403  404  404  403  403  403  302  403  403  302
application-refuse[plum]   POST   302  302  403  302  302  403  403  403  404  403  403  302
application-refuse[fern]   POST   404  404  403  404  404  403  403  403  302  403  403  302
seller-teacher[ann]        POST   302  302  403  302  302  403  403  403  404  403  403  302
seller-teacher[bob]        POST   302  302  403  302  404  403  403  403  404  403  403  302
seller-teacher[cat]        POST   302  302  403  404  404  403  403  403  404  403  403  302
seller-teacher[dan]        POST   404  404  403  404  404  403  403  403  302  403  403  302
assistant-dismiss[plum]    POST   302  302  403  403  403  403  403  403  404  403  403  302
assistant-dismiss[fern]    POST   404  404  403  403  403  403  403  403  302  403  403  302
communities                GET    200  200  200  200  200  403  403  403  200  403  403  302
communities-export         GET    200  200  200  200  200  403  403  403  200  403  403  302
spreadsheets               GET    200  200  200  200  200  403  403  403  200  403  403  302
spreadsheets-start         POST   302  302  302  302  302  403  403  403  302  403  403  302
spreadsheet[plum]          GET    404  404  404  404  404  403  403  403  404  403  403  302
spreadsheet[fern]          GET    404  404  404  404  404  403  403  403  404  403  403  302
forecast                   GET    200  200  200  403  403  403  403  403  200  403  403  302
lives                      GET    200  200  200  403  403  403  403  403  200  403  403  302
campaigns                  GET    200  200  200  200  200  403  403  403  200  403  403  302
campaign-new               POST   302  302  403  403  403  403  403  403  302  403  403  302
campaign[plum]             GET    200  200  200  200  200  403  403  403  404  403  403  302
campaign[fern]             GET    404  404  404  404  404  403  403  403  200  403  403  302
campaign-export[plum]      GET    200  200  200  200  200  403  403  403  404  403  403  302
campaign-export[fern]      GET    404  404  404  404  404  403  403  403  200  403  403  302
campaign-remove[plum]      POST   302  302  403  403  403  403  403  403  404  403  403  302
campaign-remove[fern]      POST   404  404  403  403  403  403  403  403  302  403  403  302
duplicates                 GET    200  200  403  403  403  403  403  403  200  403  403  302
duplicates-merge           POST   404  404  403  403  403  403  403  403  404  403  403  302
duplicates-undo            POST   404  404  403  403  403  403  403  403  404  403  403  302
tags                       GET    200  200  200  200  200  403  403  403  200  403  403  302
tag-new                    POST   302  302  403  403  403  403  403  403  302  403  403  302
tag-save[plum]             POST   302  302  403  403  403  403  403  403  404  403  403  302
tag-save[fern]             POST   404  404  403  403  403  403  403  403  302  403  403  302
tag-retire[plum]           POST   302  302  403  403  403  403  403  403  404  403  403  302
tag-retire[fern]           POST   404  404  403  403  403  403  403  403  302  403  403  302
targets                    GET    200  200  200  200  200  403  403  403  200  403  403  302
targets-export             GET    200  200  200  200  200  403  403  403  200  403  403  302
targets-set                POST   302  302  403  403  403  403  403  403  302  403  403  302
targets-drop               POST   302  302  403  403  403  403  403  403  302  403  403  302
target-fix[ann]            POST   302  302  403  302  302  403  403  403  404  403  403  302
target-fix[cat]            POST   302  302  403  404  404  403  403  403  404  403  403  302
target-fix[dan]            POST   404  404  403  404  404  403  403  403  302  403  403  302
target-release[ann]        POST   302  302  403  302  302  403  403  403  404  403  403  302
target-release[cat]        POST   302  302  403  404  404  403  403  403  404  403  403  302
target-release[dan]        POST   404  404  403  404  404  403  403  403  302  403  403  302
brands                     GET    200  200  200  200  200  403  403  403  200  403  403  302
brands-export              GET    200  200  200  200  200  403  403  403  200  403  403  302
help                       GET    200  200  403  200  200  403  403  403  200  403  403  302
help-finish[ann]           POST   302  302  403  302  302  403  403  403  404  403  403  302
help-finish[cat]           POST   302  302  403  404  404  403  403  403  404  403  403  302
help-finish[dan]           POST   404  404  403  404  404  403  403  403  302  403  403  302
help-skip[ann]             POST   302  302  403  302  302  403  403  403  404  403  403  302
help-skip[cat]             POST   302  302  403  404  404  403  403  403  404  403  403  302
help-skip[dan]             POST   404  404  403  404  404  403  403  403  302  403  403  302
help-undo[ann]             POST   409  409  403  409  409  403  403  403  404  403  403  302
help-undo[dan]             POST   404  404  403  404  404  403  403  403  409  403  403  302
dispatches                 GET    200  200  403  200  200  403  403  403  200  403  403  302
dispatch-new               GET    200  200  403  200  200  403  403  403  200  403  403  302
dispatch-new               POST   302  302  403  302  302  403  403  403  302  403  403  302
dispatch-reach             POST   200  200  403  200  200  403  403  403  200  403  403  302
dispatch[plum]             GET    200  200  403  200  200  403  403  403  404  403  403  302
dispatch[shop]             GET    200  200  403  404  404  403  403  403  404  403  403  302
dispatch[fern]             GET    404  404  403  404  404  403  403  403  200  403  403  302
dispatch-export[plum]      GET    200  200  403  200  200  403  403  403  404  403  403  302
dispatch-export[fern]      GET    404  404  403  404  404  403  403  403  200  403  403  302
dispatch-again[plum]       POST   409  409  403  409  409  403  403  403  404  403  403  302
dispatch-again[fern]       POST   404  404  403  404  404  403  403  403  409  403  403  302
dispatch-remind[plum]      POST   302  302  403  302  302  403  403  403  404  403  403  302
dispatch-remind[fern]      POST   404  404  403  404  404  403  403  403  302  403  403  302
dispatch-cancel[plum]      POST   302  302  403  403  403  403  403  403  404  403  403  302
dispatch-cancel[fern]      POST   404  404  403  404  404  403  403  403  302  403  403  302
playbooks                  GET    200  200  200  403  403  403  403  403  200  403  403  302
playbook[plum]             GET    200  200  200  403  403  403  403  403  404  403  403  302
playbook[fern]             GET    404  404  404  403  403  403  403  403  200  403  403  302
playbook-save[plum]        POST   302  302  403  403  403  403  403  403  404  403  403  302
playbook-save[fern]        POST   404  404  403  403  403  403  403  403  302  403  403  302
playbook-launch[plum]      POST   302  302  403  403  403  403  403  403  404  403  403  302
playbook-launch[fern]      POST   404  404  403  403  403  403  403  403  302  403  403  302
playbook-variant[plum]     POST   302  302  403  403  403  403  403  403  404  403  403  302
playbook-variant[fern]     POST   404  404  403  403  403  403  403  403  302  403  403  302
variant-adopt[plum]        POST   302  302  403  403  403  403  403  403  404  403  403  302
variant-adopt[fern]        POST   404  404  403  403  403  403  403  403  302  403  403  302
variant-end[plum]          POST   302  302  403  403  403  403  403  403  404  403  403  302
variant-end[fern]          POST   404  404  403  403  403  403  403  403  302  403  403  302
segments                   GET    200  200  200  403  403  403  403  403  200  403  403  302
segment-new                GET    200  200  403  403  403  403  403  403  200  403  403  302
segment-new                POST   302  302  403  403  403  403  403  403  302  403  403  302
segment-conditions         POST   200  200  403  403  403  403  403  403  200  403  403  302
segment[plum]              GET    200  200  200  403  403  403  403  403  404  403  403  302
segment[fern]              GET    404  404  404  403  403  403  403  403  200  403  403  302
segment[plum]              POST   302  302  403  403  403  403  403  403  404  403  403  302
segment[fern]              POST   404  404  404  403  403  403  403  403  302  403  403  302
segment-export[plum]       GET    200  200  403  403  403  403  403  403  404  403  403  302
segment-export[fern]       GET    404  404  403  403  403  403  403  403  200  403  403  302
segment-retire[plum]       POST   302  302  403  403  403  403  403  403  404  403  403  302
segment-retire[fern]       POST   404  404  403  403  403  403  403  403  302  403  403  302
segment-contact[plum]      POST   302  302  403  403  403  403  403  403  404  403  403  302
segment-contact[fern]      POST   404  404  403  403  403  403  403  403  302  403  403  302
sellers                    GET    200  200  200  200  200  403  403  403  200  403  403  302
sellers-export             GET    200  200  200  200  200  403  403  403  200  403  403  302
seller[ann]                GET    200  200  200  200  200  403  403  403  404  403  403  302
seller[amy]                GET    200  200  200  200  200  403  403  403  404  403  403  302
seller[bob]                GET    200  200  200  200  404  403  403  403  404  403  403  302
seller[cat]                GET    200  200  200  404  404  403  403  403  404  403  403  302
seller[dan]                GET    404  404  404  404  404  403  403  403  200  403  403  302
seller-link[ann]           POST   200  200  403  403  403  403  403  403  404  403  403  302
seller-link[cat]           POST   200  200  403  403  403  403  403  403  404  403  403  302
seller-link[dan]           POST   404  404  403  403  403  403  403  403  200  403  403  302

imports                    GET    200  200  403  403  403  403  403  403  200  403  403  302
imports                    POST   422  422  403  403  403  403  403  403  422  403  403  302
import-template[orders]    GET    200  200  403  403  403  403  403  403  200  403  403  302
import-template[tea]       GET    404  404  403  403  403  403  403  403  404  403  403  302
import[plum]               GET    200  200  403  403  403  403  403  403  404  403  403  302
import[fern]               GET    404  404  403  403  403  403  403  403  200  403  403  302
import-start[plum]         POST   409  409  403  403  403  403  403  403  404  403  403  302
import-start[plum-fresh]   POST   302  302  403  403  403  403  403  403  404  403  403  302
import-start[fern-fresh]   POST   404  404  403  403  403  403  403  403  302  403  403  302
import-rejects[plum]       GET    200  200  403  403  403  403  403  403  404  403  403  302
import-rejects[fern]       GET    404  404  403  403  403  403  403  403  200  403  403  302

runs                       GET    200  200  403  403  403  403  403  403  200  403  403  302
runs                       POST   302  302  403  403  403  403  403  403  302  403  403  302
run[plum]                  GET    200  200  403  403  403  403  403  403  404  403  403  302
run[fern]                  GET    404  404  403  403  403  403  403  403  200  403  403  302
run-again[plum]            POST   302  302  403  403  403  403  403  403  404  403  403  302
run-again[fern]            POST   404  404  403  403  403  403  403  403  302  403  403  302
reactions                  GET    200  200  403  403  403  403  403  403  200  403  403  302
reaction-again[plum]       POST   302  302  403  403  403  403  403  403  404  403  403  302
reaction-again[fern]       POST   404  404  403  403  403  403  403  403  302  403  403  302
api-keys                   GET    200  403  403  403  403  403  403  403  200  403  403  302
api-keys                   POST   200  403  403  403  403  403  403  403  200  403  403  302
api-key-revoke[plum]       POST   302  403  403  403  403  403  403  403  404  403  403  302
api-key-revoke[fern]       POST   404  403  403  403  403  403  403  403  302  403  403  302
webhooks                   GET    200  403  403  403  403  403  403  403  200  403  403  302
webhooks                   POST   200  403  403  403  403  403  403  403  200  403  403  302
webhook[plum]              GET    200  403  403  403  403  403  403  403  404  403  403  302
webhook[fern]              GET    404  403  403  403  403  403  403  403  200  403  403  302
webhook-test[plum]         POST   302  403  403  403  403  403  403  403  404  403  403  302
webhook-test[fern]         POST   404  403  403  403  403  403  403  403  302  403  403  302
webhook-enable[plum]       POST   302  403  403  403  403  403  403  403  404  403  403  302
webhook-enable[fern]       POST   404  403  403  403  403  403  403  403  302  403  403  302
webhook-remove[plum]       POST   302  403  403  403  403  403  403  403  404  403  403  302
webhook-remove[fern]       POST   404  403  403  403  403  403  403  403  302  403  403  302
webhook-again[plum-sent]   POST   302  403  403  403  403  403  403  403  404  403  403  302
webhook-again[fern-sent]   POST   404  403  403  403  403  403  403  403  302  403  403  302
audit                      GET    200  403  403  403  403  403  403  403  200  403  403  302

today                      GET    403  403  403  403  403  200  200  200  403  200  403  302
task-outcome[ann-1]        GET    403  403  403  403  403  200  200  200  403  404  403  302
task-outcome[amy-1]        GET    403  403  403  403  403  404  404  404  403  404  403  302
task-outcome[cat-1]        GET    403  403  403  403  403  404  404  404  403  404  403  302
task-outcome[dan-1]        GET    403  403  403  403  403  404  404  404  403  200  403  302
task-outcome[ann-held]     GET    403  403  403  403  403  404  404  404  403  404  403  302
task-outcome[ann-1]        POST   403  403  403  403  403  302  302  302  403  404  403  302
task-outcome[amy-1]        POST   403  403  403  403  403  404  404  404  403  404  403  302
task-outcome[cat-1]        POST   403  403  403  403  403  404  404  404  403  404  403  302
task-outcome[dan-1]        POST   403  403  403  403  403  404  404  404  403  302  403  302
task-outcome[ann-held]     POST   403  403  403  403  403  404  404  404  403  404  403  302
task-skip[ann-1]           GET    403  403  403  403  403  200  200  200  403  404  403  302
task-skip[amy-1]           GET    403  403  403  403  403  404  404  404  403  404  403  302
task-skip[dan-1]           GET    403  403  403  403  403  404  404  404  403  200  403  302
task-skip[ann-held]        GET    403  403  403  403  403  404  404  404  403  404  403  302
task-skip[ann-1]           POST   403  403  403  403  403  302  302  302  403  404  403  302
task-skip[amy-1]           POST   403  403  403  403  403  404  404  404  403  404  403  302
task-skip[dan-1]           POST   403  403  403  403  403  404  404  404  403  302  403  302
task-skip[ann-held]        POST   403  403  403  403  403  404  404  404  403  404  403  302
task-delay[ann-1]          POST   403  403  403  403  403  302  302  302  403  404  403  302
task-delay[amy-1]          POST   403  403  403  403  403  404  404  404  403  404  403  302
task-delay[dan-1]          POST   403  403  403  403  403  404  404  404  403  302  403  302
task-delay[ann-held]       POST   403  403  403  403  403  404  404  404  403  404  403  302
task-undo[ann-1]           POST   403  403  403  403  403  302  302  302  403  404  403  302
task-undo[amy-1]           POST   403  403  403  403  403  404  404  404  403  404  403  302
task-undo[dan-1]           POST   403  403  403  403  403  404  404  404  403  302  403  302
task-undo[ann-held]        POST   403  403  403  403  403  404  404  404  403  404  403  302

own-dispatch[plum]         GET    403  403  403  403  403  200  200  200  403  404  403  302
own-dispatch[shop]         GET    403  403  403  403  403  404  404  404  403  404  403  302
own-dispatch[fern]         GET    403  403  403  403  403  404  404  404  403  200  403  302
own-dispatch-opened[plum]  POST   403  403  403  403  403  204  204  204  403  204  403  302
own-dispatch-opened[fern]  POST   403  403  403  403  403  204  204  204  403  204  403  302
assignment-finish[ann]     GET    403  403  403  403  403  200  200  200  403  404  403  302
assignment-finish[amy]     GET    403  403  403  403  403  404  404  404  403  404  403  302
assignment-finish[dan]     GET    403  403  403  403  403  404  404  404  403  200  403  302
assignment-finish[ann]     POST   403  403  403  403  403  302  302  302  403  404  403  302
assignment-finish[amy]     POST   403  403  403  403  403  404  404  404  403  404  403  302
assignment-finish[dan]     POST   403  403  403  403  403  404  404  404  403  302  403  302
assignment-skip[ann]       POST   403  403  403  403  403  302  302  302  403  404  403  302
assignment-skip[amy]       POST   403  403  403  403  403  404  404  404  403  404  403  302
assignment-skip[dan]       POST   403  403  403  403  403  404  404  404  403  302  403  302
assignment-undo[ann]       POST   403  403  403  403  403  409  409  409  403  404  403  302
assignment-undo[amy]       POST   403  403  403  403  403  404  404  404  403  404  403  302
assignment-undo[dan]       POST   403  403  403  403  403  404  404  404  403  409  403  302

own-customers              GET    403  403  403  403  403  200  200  200  403  200  403  302
own-layers                 GET    403  403  403  403  403  200  200  200  403  200  403  302
customer[ann-1]            GET    403  403  403  403  403  200  200  200  403  404  403  302
customer[amy-1]            GET    403  403  403  403  403  404  404  404  403  404  403  302
customer[bob-1]            GET    403  403  403  403  403  404  404  404  403  404  403  302
customer[cat-1]            GET    403  403  403  403  403  404  404  404  403  404  403  302
customer[dan-1]            GET    403  403  403  403  403  404  404  404  403  200  403  302
customer-phone[ann-1]      GET    403  403  403  403  403  200  403  403  403  404  403  302
customer-phone[amy-1]      GET    403  403  403  403  403  404  404  404  403  404  403  302
customer-phone[dan-1]      GET    403  403  403  403  403  404  404  404  403  200  403  302
customer-phone[ann-1]      POST   403  403  403  403  403  200  403  403  403  404  403  302
customer-phone[amy-1]      POST   403  403  403  403  403  404  404  404  403  404  403  302
customer-phone[dan-1]      POST   403  403  403  403  403  404  404  404  403  200  403  302
customer-consent[ann-1]    POST   403  403  403  403  403  302  302  302  403  404  403  302
customer-consent[amy-1]    POST   403  403  403  403  403  404  404  404  403  404  403  302
customer-consent[dan-1]    POST   403  403  403  403  403  404  404  404  403  302  403  302
customer-tag[ann-1]        POST   403  403  403  403  403  302  302  302  403  404  403  302
customer-tag[amy-1]        POST   403  403  403  403  403  404  404  404  403  404  403  302
customer-tag[dan-1]        POST   403  403  403  403  403  404  404  404  403  302  403  302
levels                     GET    200  200  403  403  403  403  403  403  200  403  403  302
levels-export              GET    200  200  403  403  403  403  403  403  200  403  403  302
levels-apply               POST   302  403  403  403  403  403  403  403  302  403  403  302
levels-carry[plum-coming]  POST   302  403  403  403  403  403  403  403  404  403  403  302
levels-carry[fern-coming]  POST   404  403  403  403  403  403  403  403  302  403  403  302
levels-take-back[plum]     POST   302  403  403  403  403  403  403  403  404  403  403  302
levels-take-back[fern]     POST   404  403  403  403  403  403  403  403  302  403  403  302
settlement                 GET    200  403  403  403  403  403  403  403  200  403  403  302
settlement                 POST   302  403  403  403  403  403  403  403  302  403  403  302
settlement-close           POST   302  403  403  403  403  403  403  403  302  403  403  302
closing[plum]              GET    200  403  403  403  403  403  403  403  404  403  403  302
closing[fern]              GET    404  403  403  403  403  403  403  403  200  403  403  302
statements-export[plum]    GET    200  403  403  403  403  403  403  403  404  403  403  302
statements-export[fern]    GET    404  403  403  403  403  403  403  403  200  403  403  302
statement[ann]             GET    200  403  403  403  403  403  403  403  404  403  403  302
statement[dan]             GET    404  403  403  403  403  403  403  403  200  403  403  302
payee[ann]                 GET    200  403  403  403  403  403  403  403  404  403  403  302
payee[dan]                 GET    404  403  403  403  403  403  403  403  200  403  403  302
payee[ann]                 POST   302  403  403  403  403  403  403  403  404  403  403  302
payee[dan]                 POST   404  403  403  403  403  403  403  403  302  403  403  302
payee-collector[ann]       POST   302  403  403  403  403  403  403  403  404  403  403  302
payee-collector[dan]       POST   404  403  403  403  403  403  403  403  302  403  403  302
ledger                     GET    200  403  403  403  403  403  403  403  200  403  403  302
ledger-accounts[seller_available] GET 200  403  403  403  403  403  403  403  200  403  403  302
ledger-export[seller_available] GET 200  403  403  403  403  403  403  403  200  403  403  302
ledger-account[plum]       GET    200  403  403  403  403  403  403  403  404  403  403  302
ledger-account[fern]       GET    404  403  403  403  403  403  403  403  200  403  403  302
ledger-posting[plum]       GET    200  403  403  403  403  403  403  403  404  403  403  302
ledger-posting[fern]       GET    404  403  403  403  403  403  403  403  200  403  403  302
payouts                    GET    200  403  403  403  403  403  403  403  200  403  403  302
payout-new                 POST   422  403  403  403  403  403  403  403  422  403  403  302
payout[plum]               GET    200  403  403  403  403  403  403  403  404  403  403  302
payout[fern]               GET    404  403  403  403  403  403  403  403  200  403  403  302
payout-export[plum]        GET    200  403  403  403  403  403  403  403  404  403  403  302
payout-export[fern]        GET    404  403  403  403  403  403  403  403  200  403  403  302
payout-approve[plum]       POST   302  403  403  403  403  403  403  403  404  403  403  302
payout-approve[fern]       POST   404  403  403  403  403  403  403  403  302  403  403  302
payout-withdraw[plum]      POST   302  403  403  403  403  403  403  403  404  403  403  302
payout-withdraw[fern]      POST   404  403  403  403  403  403  403  403  302  403  403  302
earnings                   GET    403  403  403  403  403  200  200  403  403  200  403  302
own-goods                  GET    403  403  403  403  403  200  200  403  403  200  403  302
own-withdrawal             GET    403  403  403  403  403  200  200  403  403  200  403  302
own-withdrawal             POST   403  403  403  403  403  422  422  403  403  422  403  302
own-withdrawal-cancel      POST   403  403  403  403  403  409  409  403  403  409  403  302
own-payment                GET    403  403  403  403  403  200  200  403  403  200  403  302
own-payment                POST   403  403  403  403  403  302  302  403  403  302  403  302
own-statements             GET    403  403  403  403  403  200  200  403  403  200  403  302
own-statement[ann]         GET    403  403  403  403  403  200  200  403  403  404  403  302
own-statement[dan]         GET    403  403  403  403  403  404  404  403  403  200  403  302
numbers                    GET    403  403  403  403  403  200  200  403  403  200  403  302
blocks                     GET    403  403  403  403  403  200  200  403  403  200  403  302
blocks                     POST   403  403  403  403  403  302  302  403  403  302  403  302
me                         GET    403  403  403  403  403  200  200  200  403  200  403  302
own-invitations            GET    403  403  403  403  403  200  200  403  403  200  403  302
assistants                 GET    403  403  403  403  403  200  200  403  403  200  403  302
assistants                 POST 403  403  403  403  403  302  302  403  403  302  403  302
assistant-link[plum]       POST 403  403  403  403  403  200  200  403  403  404  403  302
assistant-link[fern]       POST 403  403  403  403  403  404  404  403  403  200  403  302
assistant-end[plum]        POST 403  403  403  403  403  302  302  403  403  404  403  302
assistant-end[fern]        POST 403  403  403  403  403  404  404  403  403  302  403  302
assistant-return[plum]     POST 403  403  403  403  403  409  409  403  403  404  403  302
assistant-return[fern]     POST 403  403  403  403  403  404  404  403  403  409  403  302
"""

# What a form sends that nobody refuses for its contents.
_BUYERS = {"do": "save", "c-0-0-field": "orders", "c-0-0-test": "at_least", "c-0-0-number": "1"}
PAYMENT = {"name": "Zhang San", "number": PAPER, "account": "622202000001234"}
FORMS = {
    "segment-new": _BUYERS | {"name": "Who bought again"},
    "segment": _BUYERS | {"name": "Who bought"},
    "segment-conditions": _BUYERS,
    "playbook-variant": {"variant_name": "Warm", "variant_zh-hans": "您好", "variant_en": "Hello"},
    "blocks": {"do": "hide-work"},
    "invitation-new": {"kind": "koc", "places": "5", "expires_on": "2099-12-31"},
    "assistants": {"name": "Nephew"},
    "spreadsheets-start": {"address": "/headquarters/sellers.csv"},
    "sign-in": {"login": "who", "password": "is this"},
    "language": {"language": "en"},
    "task-outcome": {"outcome": "message"},
    "task-skip": {"reason": "other"},
    "task-delay": {"days": "1"},
    "dispatch-new": {
        "key": "new",
        "title": "Dress the window",
        "body": "By the new plan.",
        "due_at": f"{(datetime.now(tz=UTC) + timedelta(days=2)).date()}T18:00",
    },
    "campaign-new": {
        "name": "New Year",
        "anchor": "new_year",
        "anchor_on": "2026-01-01",
        "first_day": "-3",
        "last_day": "0",
    },
    "duplicates-merge": {"customer": "1", "kept": "2", "reason": "same phone"},
    "duplicates-undo": {"merge": "1"},
    "plan-new": {"text": PLAN, "do": "save"},
    "plan": {"text": PLAN, "do": "save"},
    "plan-sign": {"memo_sha256": "0" * 64},
    "settlement": {
        "period": "day",
        "working_days": "1",
        "begins_on": str(
            (datetime.now(tz=UTC) + timedelta(hours=8)).date() - timedelta(days=PAID_DAYS)
        ),
        "least_payout": "1",
        "withholding": "per_payment",
        "gap_policy": "literal",
    },
    "payee": {"kind": "person", "withholding": "none", **PAYMENT},
    "own-payment": PAYMENT,
    "tag-new": {"name": "drinks tea", "fresh_days": "90"},
    "tag-save": {"name": "drinks tea", "fresh_days": "90"},
    "targets-set": {"amount": "9000", "rule": "equal", "past_months": "4"},
    # What each of them is to sell already: with nobody beside her, nothing else would add up.
    "target-fix": {"amount": "1000"},
    "api-keys": {"name": "Till", "scopes": "tasks:read"},
    "webhooks": {"url": "https://shop.example.com/", "topics": "task.closed"},
    "assignment-finish": {"outcome": "call"},
    "assignment-skip": {"reason": "other"},
    "help-finish": {"outcome": "call"},
    "help-skip": {"reason": "other"},
    "playbook-save": {"priority": "1", "text_zh-hans": "{customer}您好", "text_en": "Hello"},
    "playbook-launch": {"horizon_days": "7", "planned_days": "30"},
    "hq-customer-phone": {"reason": "asked to be called back"},
    "customer-phone": {"reason": "asked to be called back"},
    "customer-consent": {"opted_out": "1"},
}

# Whose people and shops a viewer may read of at all; nobody at headquarters reads of customers.
REACH = {
    "administrator": ("ann", "amy", "bob", "cat"),
    "operator": ("ann", "amy", "bob", "cat"),
    "analyst": ("ann", "amy", "bob", "cat"),
    "region": ("ann", "amy", "bob"),
    "store": ("ann", "amy"),
    "seller": ("ann",),
    "link": ("ann",),
    "assistant": ("ann",),
    "outsider": ("dan",),
    "stranger": ("dan",),
    "nobody": (),
    "anonymous": (),
}
READS_CUSTOMERS = ("seller", "link", "assistant", "stranger")


@dataclass(frozen=True)
class Row:
    """One address, opened in one way, and the status that each viewer gets."""

    page: str
    thing: str
    method: str
    expected: dict[str, int]

    def __str__(self) -> str:
        return f"{self.page}[{self.thing}]-{self.method}"


def _row(line: str) -> Row:
    address, method, *statuses = line.split()
    page, _, thing = address.rstrip("]").partition("[")
    expected = dict(zip(VIEWERS, map(int, statuses), strict=True))
    return Row(page, thing, method, expected)


ROWS = [_row(line) for line in _TABLE.strip().splitlines()[1:] if line]
METHODS: dict[str, set[str]] = {row.page: set() for row in ROWS}
for _each in ROWS:
    METHODS[_each.page].add(_each.method)
