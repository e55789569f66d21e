const steps = [
    { trigger: "input[name=text]", run: "edit Some text" },
    { trigger: "textarea", run: 'edit' },
    { trigger: "button", run: "click" },
];
