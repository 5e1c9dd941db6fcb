"""Cox's partial likelihood in double precision, from its definition (ties by Efron)."""
import numpy as np


class PartialLikelihood:
    """Of columns x beside an offset, on people with times and events (0 or 1)."""

    def __init__(self, times, events):
        order = np.lexsort((events, -times))  # The last time first; events after censorings: nothing depends on it.
        self.order, self.events = order, events[order].astype(bool)
        _, group = np.unique(-times[order], return_inverse=True)
        self.group = group
        self.last = np.searchsorted(group, group, side="right") - 1  # Of the people at risk at one's time.
        deaths = np.bincount(group, weights=self.events)
        ranks = np.arange(len(times))[self.events]
        first = {}
        for place, k in enumerate(group[self.events]):
            first.setdefault(k, place)
        self.share = np.array([(place - first[k]) / deaths[k] for place, k in enumerate(group[self.events])])
        self.at = ranks

    def _facing(self, values):
        """Sums of values over those at risk, per event."""
        tail = np.cumsum(values, axis=0)
        dying = np.zeros((self.group[-1] + 1, *values.shape[1:]))
        np.add.at(dying, self.group[self.events], values[self.events])
        share = self.share.reshape(-1, *[1] * (values.ndim - 1))
        return tail[self.last[self.at]] - share * dying[self.group[self.at]]

    def at_point(self, x, beta, offset=0):
        """Log likelihood, score, information."""
        columns = np.atleast_2d(np.asarray(x, float).T).T[self.order]
        predictor = columns @ np.atleast_1d(beta) + np.broadcast_to(offset, len(columns))[self.order]
        hazard = np.exp(predictor - predictor.max())
        products = hazard[:, None, None] * columns[:, :, None] * columns[:, None, :]
        none, first = self._facing(hazard), self._facing(hazard[:, None] * columns)
        second = self._facing(products)
        mean = first / none[:, None]
        value = (predictor[self.events] - predictor.max() - np.log(none)).sum()
        information = (second / none[:, None, None] - mean[:, :, None] * mean[:, None, :]).sum(axis=0)
        return value, (columns[self.events] - mean).sum(axis=0), information

    def fit(self, x, offset=0):
        """Coefficients and information at the largest likelihood."""
        beta = np.zeros(np.atleast_2d(np.asarray(x).T).shape[0])
        for _ in range(100):
            _, score, information = self.at_point(x, beta, offset)
            step = np.linalg.solve(information, score)
            beta += step
            if np.abs(step).max() < 1e-11:
                break
        return beta, information

    def expected(self, predictor):
        """Events expected of each person."""
        hazard = np.exp(predictor - predictor.max())[self.order]
        inverse = 1 / self._facing(hazard)
        sums = np.zeros(len(hazard))
        for at, share, one in zip(self.at, self.share, inverse):
            sums[:self.last[at] + 1] += one
            dying = self.events & (self.group == self.group[at])
            sums[dying] -= share * one
        result = np.empty(len(hazard))
        result[self.order] = hazard * sums
        return result

    def fit_firth(self, x, offset):
        """Effect of one column with Firth's penalty, its standard error, and twice the rise of the penalised
        likelihood, by golden section."""
        def height(beta):
            value, _, information = self.at_point(x, beta, offset)
            return value + np.log(information[0, 0]) / 2

        ratio = (np.sqrt(5) - 1) / 2
        low, high = -15 / np.abs(x).max(), 15 / np.abs(x).max()
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        at_a, at_b = height(a), height(b)
        while high - low > 1e-7:
            if at_a > at_b:
                high, b, at_b = b, a, at_a
                a = high - ratio * (high - low)
                at_a = height(a)
            else:
                low, a, at_a = a, b, at_b
                b = low + ratio * (high - low)
                at_b = height(b)
        beta = (low + high) / 2
        return beta, 1 / np.sqrt(self.at_point(x, beta, offset)[2][0, 0]), 2 * (height(beta) - height(0))
