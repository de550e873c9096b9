from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "portal.citizen"
    label = "citizen"
    verbose_name = "办事页面，给群众和企业"
