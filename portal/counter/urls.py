"""Addresses of the counter: worklist and tasks of departments, cases at the window. They carry no names."""

from django.urls import path

from portal.counter.views import (
    attention,
    cases,
    charges,
    desk,
    documents,
    materials,
    opinions,
    proceedings,
    spot,
    tasks,
)

app_name = "counter"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("attention/", attention.attention, name="attention"),
    path("charges/", charges.charges, name="charges"),
    path("charges/<uuid:charge_id>/", charges.decide, name="decide_charge"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<uuid:case_id>/", cases.case, name="case"),
    path("cases/<uuid:case_id>/spot/", spot.spot, name="spot"),
    path("cases/<uuid:case_id>/take-back/", spot.take_back, name="take_back"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("materials/<uuid:material_id>/", materials.material, name="material"),
    path("tasks/<uuid:sub_id>/", tasks.task, name="task"),
    path("tasks/<uuid:sub_id>/unmask/", tasks.unmask, name="unmask"),
    path("tasks/<uuid:sub_id>/take/", tasks.take, name="take"),
    path("tasks/<uuid:sub_id>/accept/", tasks.accept, name="accept"),
    path("tasks/<uuid:sub_id>/approve/", tasks.approve, name="approve"),
    path("tasks/<uuid:sub_id>/reject/", tasks.reject, name="reject"),
    path("tasks/<uuid:sub_id>/supplement/", tasks.supplement, name="supplement"),
    path("tasks/<uuid:sub_id>/not-accept/", proceedings.not_accept, name="not_accept"),
    path("tasks/<uuid:sub_id>/begin-procedure/", proceedings.begin_procedure, name="begin_procedure"),
    path("tasks/<uuid:sub_id>/end-procedure/", proceedings.end_procedure, name="end_procedure"),
    path("tasks/<uuid:sub_id>/extend/", proceedings.extend, name="extend"),
    path("tasks/<uuid:sub_id>/consult/", proceedings.consult, name="consult"),
    path("tasks/<uuid:sub_id>/reassign/", proceedings.reassign, name="reassign"),
    path("tasks/<uuid:sub_id>/withdraw/", proceedings.register_withdrawal, name="register_withdrawal"),
    path("opinions/", opinions.opinions, name="opinions"),
    path("opinions/<uuid:question_id>/", opinions.answer, name="answer_question"),
]
