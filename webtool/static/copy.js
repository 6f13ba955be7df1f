document.onclick = ({ target: b }) => b.dataset.copy && (b.previousElementSibling.select(), document.execCommand('copy'));
