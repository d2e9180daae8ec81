"""Routes of the demo."""

from django.urls import path

from flights import views

urlpatterns = [
    path("risk/baseline", views.risk_baseline),
    path("risk/offload", views.risk_offload),
]
