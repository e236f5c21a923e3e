from django.urls import path

from siyu.faces.headquarters import audit, drivers, imports, overview, playbooks, runs, sellers

urlpatterns = [
    path("overview", overview.overview, name="overview"),
    path("drivers", drivers.drivers, name="drivers"),
    path("playbooks", playbooks.playbooks, name="playbooks"),
    path("playbooks/<id:playbook_id>", playbooks.detail, name="playbook"),
    path("playbooks/<id:playbook_id>/save", playbooks.save, name="playbook-save"),
    path("playbooks/<id:playbook_id>/launch", playbooks.launch, name="playbook-launch"),
    path("sellers", sellers.sellers, name="sellers"),
    path("sellers.csv", sellers.export, name="sellers-export"),
    path("sellers/<id:seller_id>", sellers.seller, name="seller"),
    path("sellers/<id:seller_id>/link", sellers.link, name="seller-link"),
    path("imports", imports.imports, name="imports"),
    path("imports/templates/<str:kind>", imports.template, name="import-template"),
    path("imports/<id:import_id>", imports.detail, name="import"),
    path("imports/<id:import_id>/start", imports.start, name="import-start"),
    path("imports/<id:import_id>/rejects", imports.rejects, name="import-rejects"),
    path("runs", runs.runs, name="runs"),
    path("runs/<id:run_id>", runs.detail, name="run"),
    path("runs/<id:run_id>/again", runs.again, name="run-again"),
    path("reactions", runs.reactions, name="reactions"),
    path("reactions/<id:delivery_id>/again", runs.retry, name="reaction-again"),
    path("audit", audit.audit, name="audit"),
]
