const steps = [
    { trigger: "input[name=text]", run: "text Some text" },
    { trigger: "textarea", run: 'text' },
    { trigger: "button", run: "click" },
];
