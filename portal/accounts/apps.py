from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "账户"

    def ready(self) -> None:
        import_module("portal.accounts.freshness")
        import_module("portal.accounts.watched")
