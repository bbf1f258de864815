"""What tools/code-figures takes for a function."""
import importlib.machinery
import importlib.util
import pathlib

import pytest

PATH = pathlib.Path(__file__).resolve().parents[2] / "tools/code-figures"
LOADER = importlib.machinery.SourceFileLoader("code_figures", str(PATH))
figures = importlib.util.module_from_spec(importlib.util.spec_from_loader("code_figures", LOADER))
LOADER.exec_module(figures)


@pytest.mark.parametrize("text, expected", [
    ("namespace a {\nint f(int x) {\n  return x;\n}\n}\n", [("f", 2, 3)]),
    ("int f();\nint g() { return 1; }\n", [("g", 2, 1)]),
    ("struct alignas(64) S : Base<int> {\n  S() : a_(1), b_{2} {\n  }\n  int b_{0};\n};\n", [("S", 2, 2)]),
    ("S::S(T t)\n    : a_{t}, b_{} {}\nS::~S() = default;\n", [("S::S", 1, 2)]),
    ("constexpr Row rows[] = {{1, f(2)}, {3, 4}};\nstd::array a{g(1)};\nint h(std::vector<int> v = {}) {\n}\n", [("h", 3, 2)]),
    ("template <class T = void>\nauto f(T t) -> Task<decltype(t())> {\n}\n", [("f", 1, 3)]),
    ("bool operator==(const A&) const { return true; }\nstd::ostream& operator<<(O& o, A) {\n}\n", [("operator==", 1, 1), ("operator<<", 2, 2)]),
    ("int f() try {\n  return 1;\n} catch (const E& e) {\n  return 2;\n}\n", [("f", 1, 5)]),
    ("void f() {\n  auto g = [](int x) {\n    return x;\n  };\n}\n", [("f", 1, 5)]),
    ("char f() { return '{'; }\nint g() { return 1'000'000; }  // {\nauto h() { return R\"(})\" \"\\\"{\"; }\n", [("f", 1, 1), ("g", 2, 1), ("h", 3, 1)]),
    ("#define X(a) \\\n  f(a) {\nclass C {\n public:\n  [[nodiscard]] Result<> f() const override { return {}; }\n};\n", [("f", 5, 1)]),
    ("enum class E : uint8_t { a = 1, b };\nstatic T x = make({1, 2});\nextern \"C\" {\nvoid f() {}\n}\n", [("f", 4, 1)]),
])
def test_functions(text, expected):
    assert figures.functions(text) == expected


@pytest.mark.parametrize("values, percent, expected", [([1], 50, 1), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), (list(range(1, 11)), 90, 9), (list(range(1, 12)), 90, 10)])
def test_percentile(values, percent, expected):
    assert figures.percentile(values, percent) == expected
