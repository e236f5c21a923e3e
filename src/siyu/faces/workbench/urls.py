from django.urls import path

from siyu.faces.workbench import blocks, customers, dispatches, earnings, me, numbers, today

urlpatterns = [
    path("today", today.today, name="today"),
    path("tasks/<id:task_id>/outcome", today.outcome, name="task-outcome"),
    path("tasks/<id:task_id>/skip", today.skip, name="task-skip"),
    path("tasks/<id:task_id>/delay", today.delay, name="task-delay"),
    path("tasks/<id:task_id>/undo", today.undo, name="task-undo"),
    path("dispatches/<id:dispatch_id>", dispatches.dispatch, name="own-dispatch"),
    path("dispatches/<id:dispatch_id>/opened", dispatches.opened, name="own-dispatch-opened"),
    path("assignments/<id:assignment_id>/finish", dispatches.finish, name="assignment-finish"),
    path("assignments/<id:assignment_id>/skip", dispatches.skip, name="assignment-skip"),
    path("assignments/<id:assignment_id>/undo", dispatches.undo, name="assignment-undo"),
    path("customers", customers.customers, name="own-customers"),
    path("customers/layers", customers.layers, name="own-layers"),
    path("customers/<id:customer_id>", customers.customer, name="customer"),
    path("customers/<id:customer_id>/phone", customers.phone, name="customer-phone"),
    path("customers/<id:customer_id>/consent", customers.consent, name="customer-consent"),
    path("customers/<id:customer_id>/tag", customers.tag, name="customer-tag"),
    path("numbers", numbers.numbers, name="numbers"),
    path("numbers/blocks", blocks.blocks, name="blocks"),
    path("earnings", earnings.earnings, name="earnings"),
    path("earnings/goods", earnings.goods, name="own-goods"),
    path("earnings/payment", earnings.payment, name="own-payment"),
    path("statements", earnings.statements, name="own-statements"),
    path("statements/<id:statement_id>", earnings.statement, name="own-statement"),
    path("me", me.me, name="me"),
    path("assistants", me.assistants, name="assistants"),
    path("assistants/<id:assistant_id>/link", me.link, name="assistant-link"),
    path("assistants/<id:assistant_id>/end", me.end, name="assistant-end"),
    path("assistants/<id:assistant_id>/return", me.again, name="assistant-return"),
]
