from django.urls import path

from siyu.faces.workbench import customers, numbers, today

urlpatterns = [
    path("today", today.today, name="today"),
    path("tasks/<id:task_id>/outcome", today.outcome, name="task-outcome"),
    path("tasks/<id:task_id>/skip", today.skip, name="task-skip"),
    path("tasks/<id:task_id>/delay", today.delay, name="task-delay"),
    path("tasks/<id:task_id>/undo", today.undo, name="task-undo"),
    path("customers", customers.customers, name="own-customers"),
    path("customers/layers", customers.layers, name="own-layers"),
    path("customers/<id:customer_id>", customers.customer, name="customer"),
    path("customers/<id:customer_id>/phone", customers.phone, name="customer-phone"),
    path("customers/<id:customer_id>/consent", customers.consent, name="customer-consent"),
    path("numbers", numbers.numbers, name="numbers"),
]
