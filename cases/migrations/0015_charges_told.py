from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def told_when_due(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now every charge had its own message at the moment it became due."""
    apps.get_model("cases", "Charge").objects.filter(sub__isnull=False, due_at__isnull=False).update(
        told_at=models.F("due_at")
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_places_told")]

    operations = [
        migrations.AddField(model_name="charge", name="told_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(told_when_due, migrations.RunPython.noop),
    ]
