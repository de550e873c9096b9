"""Addresses of API v1."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from portal.api.v1.views import (
    authorisations,
    cases,
    catalogue,
    charges,
    clock,
    documents,
    drafts,
    licences,
    plans,
    tokens,
    visits,
)

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("bundles/", catalogue.Bundles.as_view(), name="bundles"),
    path("bundles/<str:code>/", catalogue.BundleDetail.as_view(), name="bundle"),
    path("drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("drafts/<uuid:case_id>/", drafts.DraftDetail.as_view(), name="draft"),
    path("drafts/<uuid:case_id>/materials/", drafts.DraftMaterials.as_view(), name="draft_materials"),
    path("drafts/<uuid:case_id>/submit/", drafts.DraftSubmission.as_view(), name="draft_submit"),
    path("authorisations/", authorisations.Authorisations.as_view(), name="authorisations"),
    path(
        "authorisations/<uuid:party_id>/<str:answer>/",
        authorisations.AuthorisationAnswer.as_view(),
        name="authorisation_answer",
    ),
    path("licences/", licences.Licences.as_view(), name="licences"),
    path("licences/<uuid:licence_id>/", licences.LicenceOne.as_view(), name="licence"),
    path("licences/<uuid:licence_id>/grants/", licences.LicenceGrants.as_view(), name="licence_grants"),
    path("licences/<uuid:licence_id>/show/", licences.LicenceShown.as_view(), name="licence_show"),
    path("licences/grants/<uuid:grant_id>/revoke/", licences.GrantRevocation.as_view(), name="licence_grant_revoke"),
    path("cases/", cases.Cases.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", cases.CaseDetail.as_view(), name="case"),
    path("cases/<uuid:case_id>/clock/", clock.CaseClock.as_view(), name="case_clock"),
    path("cases/<uuid:case_id>/plan/", plans.CasePlan.as_view(), name="case_plan"),
    path("cases/<uuid:case_id>/visits/", visits.CaseVisits.as_view(), name="case_visits"),
    path("cases/<uuid:case_id>/documents/", documents.CaseDocuments.as_view(), name="case_documents"),
    path("cases/<uuid:case_id>/results/", cases.CaseResults.as_view(), name="case_results"),
    path("cases/<uuid:case_id>/charges/", charges.CaseCharges.as_view(), name="case_charges"),
    path("cases/<uuid:case_id>/charges/pay/", charges.ChargePayment.as_view(), name="charge_payment"),
    path("cases/<uuid:case_id>/withdraw/", cases.CaseWithdrawal.as_view(), name="case_withdraw"),
    path("cases/<uuid:case_id>/items/<uuid:sub_id>/withdraw/", cases.ItemWithdrawal.as_view(), name="item_withdraw"),
    path("cases/<uuid:case_id>/items/<uuid:sub_id>/choose/", cases.ItemChoice.as_view(), name="item_choose"),
]
