"""Addresses of the counter: worklist and tasks of departments, cases at the window. They carry no names."""

from django.urls import path

from portal.counter.views import attention, cases, desk, materials, tasks

app_name = "counter"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("attention/", attention.attention, name="attention"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<uuid:case_id>/", cases.case, name="case"),
    path("materials/<uuid:material_id>/", materials.material, name="material"),
    path("tasks/<uuid:sub_id>/", tasks.task, name="task"),
    path("tasks/<uuid:sub_id>/unmask/", tasks.unmask, name="unmask"),
    path("tasks/<uuid:sub_id>/take/", tasks.take, name="take"),
    path("tasks/<uuid:sub_id>/accept/", tasks.accept, name="accept"),
    path("tasks/<uuid:sub_id>/approve/", tasks.approve, name="approve"),
    path("tasks/<uuid:sub_id>/reject/", tasks.reject, name="reject"),
    path("tasks/<uuid:sub_id>/supplement/", tasks.supplement, name="supplement"),
]
