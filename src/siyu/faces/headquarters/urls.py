from django.urls import path

from siyu.faces.headquarters import audit, imports, overview, runs, sellers

urlpatterns = [
    path("overview", overview.overview, name="overview"),
    path("sellers", sellers.sellers, name="sellers"),
    path("sellers.csv", sellers.export, name="sellers-export"),
    path("sellers/<int:seller_id>", sellers.seller, name="seller"),
    path("sellers/<int:seller_id>/link", sellers.link, name="seller-link"),
    path("imports", imports.imports, name="imports"),
    path("imports/templates/<str:kind>", imports.template, name="import-template"),
    path("imports/<int:import_id>", imports.detail, name="import"),
    path("imports/<int:import_id>/start", imports.start, name="import-start"),
    path("imports/<int:import_id>/rejects", imports.rejects, name="import-rejects"),
    path("runs", runs.runs, name="runs"),
    path("runs/<int:run_id>", runs.detail, name="run"),
    path("runs/<int:run_id>/again", runs.again, name="run-again"),
    path("reactions", runs.reactions, name="reactions"),
    path("reactions/<int:delivery_id>/again", runs.retry, name="reaction-again"),
    path("audit", audit.audit, name="audit"),
]
