from django.apps import AppConfig


class SeedCheckConfig(AppConfig):
    name = "portal.seed_check"
    label = "seed_check"
