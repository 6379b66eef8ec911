"""What can't be measured or priced, each with a sentence for the person who asked."""


class CannotEstimate(ValueError):
    """The root: well-formed values that can't become a take-off or an estimate."""


class MissingInput(CannotEstimate):
    """A measure or a choice that the calculation can't do without."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"I still need {name.replace('_', ' ')} to work this out.")


class WrongInputKind(CannotEstimate):
    """A value came under the right name in the wrong kind: a template that disagrees with the skill."""

    def __init__(self, name: str, wanted: str, got: str) -> None:
        super().__init__(f"{name.replace('_', ' ').capitalize()} should be a {wanted.replace('_', ' ')}, not a {got.replace('_', ' ')}.")


class UnknownChoice(CannotEstimate):
    """An option that has no price or no rule."""

    def __init__(self, name: str, got: str, known: tuple[str, ...]) -> None:
        asked = name.replace("_", " ").capitalize()
        super().__init__(f"{asked} can be {', '.join(known).replace('_', '-')}; “{got}” is not one of them.")


class BadMeasure(CannotEstimate):
    """Measures that can't belong to one kitchen."""


class UnpricedCurrency(CannotEstimate):
    """The price book is in US dollars. Nothing is converted: a rate of today on undated prices would look like knowledge."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(f"My prices are in US dollars only; I can't price this in {currency}, and I don't convert currencies.")


class BadSum(CannotEstimate):
    """Sums or terms that can't belong together, or a range where one sum is needed."""


class OtherCountry(CannotEstimate):
    """What is known holds for one country only."""
