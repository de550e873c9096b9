"""A receipt (收件凭证) is a document, one a case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0028_messages_and_inquiries")]

    operations = [
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receipt", "收件凭证"),
                    ("acceptance", "受理通知书"),
                    ("not_accepted", "不予受理决定书"),
                    ("supplement", "一次性补正告知书"),
                    ("special_procedure", "特别程序告知书"),
                    ("extension", "延长期限告知书"),
                    ("rejection", "不予批准决定书"),
                    ("conclusion", "办结通知书"),
                    ("lapse", "终止办理通知书"),
                    ("withdrawal", "撤回申请确认书"),
                    ("deferred", "容缺受理通知书"),
                    ("fee", "缴费通知书"),
                    ("revocation", "撤销决定书"),
                    ("correction", "更正通知书"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "receipt")), fields=("case",), name="one_receipt_per_case"
            ),
        ),
    ]
