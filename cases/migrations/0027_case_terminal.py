from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0026_disputes_withdrawn"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="terminal",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("terminal", ""), ("channel", "kiosk"), _connector="OR"),
                name="only_a_kiosk_has_a_terminal",
            ),
        ),
    ]
