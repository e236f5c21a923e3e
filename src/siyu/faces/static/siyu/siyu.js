// What pages need beyond htmx: copying, sheets, toasts and charts. Pages work without it too.
(() => {
  "use strict";

  const removeAfter = (element, milliseconds) =>
    window.setTimeout(() => element.remove(), milliseconds);

  const copyText = async (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "off-screen";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  const showCopied = (button) => {
    const before = button.textContent;
    button.textContent = button.dataset.copied;
    window.setTimeout(() => {
      button.textContent = before;
    }, 1500);
  };

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      copyText(source.textContent.trim()).then(() => showCopied(copy));
    }
    if (event.target.closest("[data-close-sheet]") && document.getElementById("sheet")) {
      event.preventDefault();
      document.getElementById("sheet").replaceChildren();
    }
  });

  document.addEventListener("keydown", (event) => {
    const sheet = document.getElementById("sheet");
    if (event.key === "Escape" && sheet) sheet.replaceChildren();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  const drawChart = (box) => {
    if (!window.echarts || box.dataset.drawn) return;
    const told = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const colour = getComputedStyle(document.documentElement);
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    box.dataset.drawn = "1";
    chart.setOption({
      aria: { enabled: true },
      animation: false,
      color: [colour.getPropertyValue("--tblr-primary").trim() || "#066fd1", "#94a3b8"],
      grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
      legend: { top: 0, right: 0, itemHeight: 8 },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: told.days, boundaryGap: false },
      yAxis: { type: "value", axisLabel: { formatter: (value) => value.toLocaleString() } },
      series: told.series.map((line) => ({
        type: "line",
        name: line.name,
        data: line.values,
        showSymbol: false,
        smooth: false,
        areaStyle: line.filled ? { opacity: 0.08 } : undefined,
      })),
    });
    window.addEventListener("resize", () => chart.resize());
  };

  const prepare = () => {
    document.querySelectorAll("[data-chart]").forEach(drawChart);
    document.querySelectorAll("[data-toast]").forEach((toast) => removeAfter(toast, 6000));
    const first = document.querySelector("#sheet [autofocus], #sheet button, #sheet input");
    if (first) first.focus();
  };

  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:after:swap", prepare);
})();
