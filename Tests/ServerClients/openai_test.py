#!/usr/bin/env python3
"""OpenAI's own Python client against a server: openai_test.py PROGRAM MODEL."""

import sys

import openai

from running import Server

program, model = sys.argv[1:]
with Server(program, model) as server:
    client = openai.OpenAI(base_url=server.address + "/v1", api_key="none", max_retries=0)
    name = client.models.list().data[0].id
    answer = client.completions.create(
        model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8, logprobs=3, n=2)
    expected = server.sample(5, 100, "--prompt", "The ", "--temperature", "0.8")
    assert answer.choices[0].text == expected
    assert answer.choices[0].finish_reason == "length"
    assert "".join(answer.choices[0].logprobs.tokens) == expected
    assert answer.choices[0].logprobs.text_offset == list(range(100))
    assert answer.usage.completion_tokens == 200
    text, usage = "", None
    for part in client.completions.create(
            model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8, stream=True,
            stream_options={"include_usage": True}):
        text += "".join(choice.text for choice in part.choices)
        usage = part.usage or usage
    assert text == expected
    assert usage.total_tokens == 104
    stop = expected[20:23]
    stopped = client.completions.create(
        model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8, stop=[stop])
    assert stopped.choices[0].text == expected[:expected.index(stop)]
    assert stopped.choices[0].finish_reason == "stop"
    # Where there are several, the best come first; each is one of those that `sample` writes.
    best = client.completions.create(
        model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8, best_of=6)
    assert best.choices[0].text == server.sample(
        5, 100, "--prompt", "The ", "--temperature", "0.8", "--best-of", "6")
    two = client.completions.create(
        model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8, best_of=6, n=2)
    assert [choice.index for choice in two.choices] == [0, 1]
    assert two.choices[0].text == best.choices[0].text
    filled = client.completions.create(
        model=name, prompt="The ", suffix=" of the king", max_tokens=40, seed=5, temperature=0.8)
    assert filled.choices[0].text == server.sample(
        5, 40, "--prompt", "The ", "--temperature", "0.8", "--infill", " of the king")
    biased = client.completions.create(
        model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8,
        logit_bias={"e": -100, "king": 4})
    assert biased.choices[0].text == server.sample(
        5, 100, "--prompt", "The ", "--temperature", "0.8", "--bias", "e=-100", "--bias", "king=4")
    assert "e" not in biased.choices[0].text
    # What OpenAI does not have goes by the client's extra_body.
    banned = client.completions.create(
        model=name, prompt="The ", max_tokens=100, seed=5, temperature=0.8,
        extra_body={"ban": ["the", "and"], "ban_ignoring_case": True})
    assert banned.choices[0].text == server.sample(
        5, 100, "--prompt", "The ", "--temperature", "0.8", "--ban", "the", "--ban", "and",
        "--ban-ignoring-case")
    try:
        client.completions.create(model=name, prompt="The ", logit_bias={"50256": -100})
        raise AssertionError("the number of a token was taken for a text")
    except openai.BadRequestError as error:
        assert error.param == "logit_bias", error
    try:
        client.completions.create(model=name, prompt="The ", temperature=-1)
        raise AssertionError("a temperature below 0 was taken")
    except openai.BadRequestError as error:
        assert error.param == "temperature", error
    try:
        client.completions.create(model="other", prompt="The ")
        raise AssertionError("another model was taken")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found", error
    print(f"openai {openai.__version__}: texts, a stream, stops, probabilities, "
          "the best of several, a suffix, biases, bans, errors")
