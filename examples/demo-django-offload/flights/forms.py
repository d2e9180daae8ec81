"""What callers may ask: checked before anything is computed."""

from django import forms


class RiskForm(forms.Form):
    """The query parameters of /risk/..."""

    origin = forms.RegexField(r"^[A-Z]{3}$")
    destination = forms.RegexField(r"^[A-Z]{3}$", required=False)
    slack = forms.IntegerField(min_value=-60, max_value=600, required=False)
    resamples = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    limit = forms.IntegerField(min_value=1, max_value=1000, required=False)
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, required=False)

    DEFAULTS = {"slack": 15, "resamples": 2000, "limit": 300, "seed": 1}

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        for name, value in self.DEFAULTS.items():
            if cleaned.get(name) is None:
                cleaned[name] = value
        return cleaned
