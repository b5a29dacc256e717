import numpy as np
import pytest

import hnn


@pytest.fixture(scope="session")
def pendulum(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "pendulum"
    hnn.run("train", "pendulum", "--no-figures", "--quiet", "--out", str(out))
    return hnn.load(out)


@pytest.fixture(scope="session")
def states():
    return np.random.default_rng(1).uniform(-1, 1, (50, 2))


def test_field_is_the_symplectic_gradient_of_energy(pendulum, states):
    h = 1e-5
    gradient = np.stack([(pendulum.energy(states + h * e) - pendulum.energy(states - h * e)) / (2 * h) for e in np.eye(2)], axis=-1)
    np.testing.assert_allclose(pendulum.field(states), np.stack([gradient[:, 1], -gradient[:, 0]], axis=-1), atol=1e-5)


def test_shapes(pendulum, states):
    assert pendulum.columns == ["q", "p"]
    assert pendulum.field(states[0]).shape == (2,)
    assert pendulum.field(states.reshape(5, 10, 2)).shape == (5, 10, 2)
    assert pendulum.energy(states.reshape(5, 10, 2)).shape == (5, 10)
    with pytest.raises(ValueError, match="2 numbers"):
        pendulum.field([1.0, 2.0, 3.0])


def test_simulate_follows_the_field(pendulum):
    rollout = pendulum.simulate([0.5, 0.2], times=[0, 1e-4, 2e-4], method="dop853", rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose((rollout.x[2] - rollout.x[0]) / 2e-4, pendulum.field(rollout.x[1]), atol=1e-6)
    long = pendulum.simulate([0.5, 0.2], to=20, steps=200)
    assert long.x.shape == (201, 2) and long.t[-1] == 20
    assert np.max(np.abs(long.energy_change)) < 1e-6
    back = pendulum.simulate(long.x[-1], times=long.t[::-1], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(back.x[-1], [0.5, 0.2], atol=1e-5)


def test_mistakes_are_told(pendulum, tmp_path):
    with pytest.raises(hnn.HnnError, match="no such file|is no run"):
        hnn.load(tmp_path / "nothing")
    with pytest.raises(ValueError, match="either to or times"):
        pendulum.simulate([0.5, 0.2])
    with pytest.raises(hnn.HnnError, match="method"):
        pendulum.simulate([0.5, 0.2], to=1, method="magic")
    with pytest.raises(ValueError, match="t is missing"):
        hnn.train(np.zeros((10, 2)))


def oscillator(trials=6, rows=60):
    t = np.linspace(0, 4, rows)
    phase = np.arange(trials)[:, None]
    radius = 1 + 0.1 * phase
    return t, np.stack([radius * np.cos(2 * t + phase), -2 * radius * np.sin(2 * t + phase)], axis=-1)


def test_train_from_arrays(tmp_path):
    t, x = oscillator()
    dxdt = np.stack([x[..., 1], -4 * x[..., 0]], axis=-1)
    model = hnn.train(x, t, dxdt=dxdt, out=tmp_path / "run", model="hnn-formula", no_figures=True)
    np.testing.assert_allclose(model.field([1.0, 0.5]), [0.5, -4.0], rtol=1e-3)
    assert model.results["task"] == "data"


def test_train_from_a_frame(tmp_path):
    pandas = pytest.importorskip("pandas")
    t, x = oscillator()
    frame = pandas.concat([pandas.DataFrame({"trial": k, "t": t, "q": x[k, :, 0], "p": x[k, :, 1]}) for k in range(len(x))])
    model = hnn.train(frame, out=tmp_path / "run", trainer="closed-form", no_figures=True)
    np.testing.assert_allclose(model.field([1.0, 0.5]), [0.5, -4.0], rtol=0.05, atol=0.05)
    frame = model.simulate([1.0, 0.0], to=1).to_frame()
    assert list(frame.columns[:3]) == ["t", "q", "p"] and len(frame) == 101
    with pytest.raises(ValueError, match="columns"):
        hnn.train(frame, t)


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "network"
    hnn.run("train", "spring", "--trainer", "adam", "--hidden", "8,8", "--steps", "5", "--no-figures", "--quiet", "--no-strict", "--out", str(out))
    return hnn.load(out)


@pytest.mark.parametrize("which", ["pendulum", "network"])
def test_to_torch(which, states, request):
    torch = pytest.importorskip("torch")
    model = request.getfixturevalue(which)
    f = model.to_torch()
    x = torch.tensor(states, requires_grad=True)
    np.testing.assert_allclose(f(x).detach().numpy(), model.field(states), rtol=1e-12, atol=1e-12)
    (gradient,) = torch.autograd.grad(f.energy(x).sum(), x)
    np.testing.assert_allclose(torch.stack([gradient[:, 1], -gradient[:, 0]], -1).numpy(), model.field(states), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("which", ["pendulum", "network"])
def test_to_jax(which, states, request):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    model = request.getfixturevalue(which)
    f = model.to_jax()
    np.testing.assert_allclose(jax.jit(f.field)(states), model.field(states), rtol=1e-12, atol=1e-12)
    gradient = jax.vmap(jax.grad(f.energy))(states)
    np.testing.assert_allclose(np.stack([gradient[:, 1], -gradient[:, 0]], -1), model.field(states), rtol=1e-9, atol=1e-11)
