using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Unit.Support;
using Microsoft.Playwright;

namespace Gitproc.Unit.Agent;

/// <summary>The agent's page in a real browser.</summary>
public sealed class BrowserTests(BrowserTests.Chromium chromium) : IClassFixture<BrowserTests.Chromium>, IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [ProgramFact("chromium")]
    public async Task It_follows_the_pool_and_keeps_what_the_user_does()
    {
        _pool.AcquireAndRelease(_pool.Request());
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        var page = await chromium.OpenAsync(agent.Page);
        await page.EvaluateAsync("window.isSame = true");
        await page.Locator("tr.free", new() { HasText = "checkout-1" }).FocusAsync();

        var held = _pool.Acquire(_pool.Request() with
        {
            Terms = new LeaseTerms { Owner = PoolFixture.Self, Label = "nightly build" },
        });

        await page.Locator("tr.locked", new() { HasText = "nightly build" }).WaitForAsync();
        await Assertions.Expect(page.Locator("tr.locked")).ToBeFocusedAsync();
        await Assertions.Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("^1 held"));
        _pool.Release(held);
        await page.Locator("tr.free").WaitForAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.isSame"));
    }

    [ProgramFact("chromium")]
    public async Task It_shows_who_waits_at_which_place_and_what_was_rescued()
    {
        var held = _pool.Acquire();
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        var page = await chromium.OpenAsync(agent.Page);
        using var waiter = _pool.StartWaiter();
        await Assertions.Expect(page.Locator("#queue tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#queue .place")).ToHaveTextAsync("1");

        File.WriteAllText(Path.Combine(held.Path, "work"), "work");
        _pool.Release(held);
        GitprocProgram.Finish(waiter);

        await Assertions.Expect(page.Locator("#queue")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#rescues tbody tr")).ToHaveCountAsync(1);
        Assert.True(await page.Locator(".lanes rect").CountAsync() >= 2);
    }

    [ProgramFact("chromium")]
    public async Task What_a_job_names_runs_nothing_and_nothing_is_loaded_from_elsewhere()
    {
        const string hostile = "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>";
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        var asked = new List<string>();
        var said = new List<string>();
        var page = await chromium.OpenAsync(agent.Page, watch: page =>
        {
            page.Request += (_, request) => asked.Add(request.Url);
            page.Dialog += (_, dialog) => said.Add(dialog.Message);
            page.Console += (_, message) => said.Add(message.Text);
        });

        // It comes with the news, and with the page.
        _pool.Acquire(_pool.Request() with
        {
            Ref = "main",
            NewBranch = "feature/<img-src=x-onerror=alert(4)>",
            Terms = new LeaseTerms { Owner = PoolFixture.Self, Label = hostile },
        });
        await page.Locator("td.doing").GetByText(hostile).WaitForAsync();
        await page.ReloadAsync();
        await page.Locator("td.doing").GetByText(hostile).WaitForAsync();

        Assert.Empty(said);
        Assert.Equal(0, await page.Locator("main script, main img").CountAsync());
        Assert.All(asked, url => Assert.StartsWith($"{agent.Page}", url, StringComparison.Ordinal));
    }

    [ProgramFact("chromium")]
    public async Task It_is_used_with_the_keyboard()
    {
        for (var i = 0; i < 3; i++)
            _pool.Acquire();
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        var page = await chromium.OpenAsync(agent.Page);

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(Card(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(Card(2)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await Assertions.Expect(Card(3)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("checkout-2");
        await Assertions.Expect(Card(1)).ToBeHiddenAsync();
        await Assertions.Expect(Card(2)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Card(1)).ToBeVisibleAsync();

        ILocator Card(int number) => page.Locator($".checkouts tbody tr:nth-child({number})");
    }

    [ProgramFact("chromium")]
    public async Task It_can_be_read_in_the_light_and_in_the_dark_and_fits_a_phone()
    {
        _pool.AcquireAndRelease(_pool.Request());
        File.WriteAllText(Path.Combine(_pool.Acquire().Path, "work"), "work");
        _pool.Release(_pool.Find("checkout-1"));
        _pool.Acquire(_pool.Request() with
        {
            Terms = new LeaseTerms { Owner = PoolFixture.Self, Label = new string('x', 500) },
        });
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var hasScript in (bool[])[true, false])
            {
                var page = await chromium.OpenAsync(agent.Page, new BrowserNewContextOptions
                {
                    ColorScheme = scheme,
                    JavaScriptEnabled = hasScript,
                    ViewportSize = new ViewportSize { Width = 360, Height = 740 },
                });
                Assert.Equal(360, await page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
                Assert.Empty(await page.EvaluateAsync<string[]>(PaleTexts));
            }
        }
    }

    [ProgramFact("chromium")]
    public async Task Without_JavaScript_it_is_a_table()
    {
        _pool.Acquire();
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        var page = await chromium.OpenAsync(
            agent.Page, new BrowserNewContextOptions { JavaScriptEnabled = false });

        await Assertions.Expect(page.Locator("table.checkouts")).ToHaveCSSAsync("display", "table");
        await Assertions.Expect(page.Locator("table.checkouts thead")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tr.locked")).ToContainTextAsync("checkout-1");
        await Assertions.Expect(page.Locator("#filter")).ToBeHiddenAsync();
    }

    [ProgramFact("chromium")]
    public async Task It_says_when_the_agent_is_gone_and_goes_on_when_it_is_back()
    {
        string address;
        IPage page;
        using (var agent = new AgentProcess(_pool, "--page", "0", "--only-page"))
        {
            address = agent.Page.Authority;
            page = await chromium.OpenAsync(agent.Page);
            await Assertions.Expect(page.Locator("#live")).ToContainTextAsync("live");
        }

        await Assertions.Expect(page.Locator("#live.lost")).ToContainTextAsync("no connection to the agent");
        using var next = new AgentProcess(_pool, "--page", address, "--only-page");
        await Assertions.Expect(page.Locator("#live:not(.lost)")).ToContainTextAsync("live", new() { Timeout = 60_000 });
    }

    [ProgramFact("chromium")]
    public async Task A_browser_asks_its_user_for_the_token_and_then_follows()
    {
        const string token = "0123456789abcdef-secret";
        using var agent = new AgentProcess(
            _pool, [("GITPROC_PAGE_TOKEN", token)], "--page", "0", "--only-page");
        var page = await chromium.OpenAsync(agent.Page, new BrowserNewContextOptions
        {
            HttpCredentials = new HttpCredentials { Username = "me", Password = token },
        });

        await Assertions.Expect(page.Locator("#live")).ToContainTextAsync("live");
    }

    // Texts with less than a contrast of 4.5 (WCAG 2.2, 1.4.3).
    private const string PaleTexts =
        """
        (() => {
            const channels = text => text.match(/[\d.]+/g).map(Number);
            const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
                .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
            const ground = element => {
                for (let one = element; one; one = one.parentElement) {
                    const color = channels(getComputedStyle(one).backgroundColor);
                    if (color.length < 4 || color[3] > 0)
                        return color;
                }
                return [255, 255, 255];
            };
            return [...document.querySelectorAll("body *")]
                .filter(one => one.checkVisibility() && !one.closest("svg")
                    && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
                .filter(one => {
                    const two = [light(channels(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
                    return (two[0] + .05) / (two[1] + .05) < 4.5;
                })
                .map(one => one.outerHTML.slice(0, 100));
        })()
        """;

    /// <summary>One browser for all tests, with a context for each page.</summary>
    public sealed class Chromium : IAsyncLifetime
    {
        private IPlaywright? _playwright;
        private IBrowser? _browser;

        public async ValueTask InitializeAsync()
        {
            if (ProgramPath.Find("chromium") is not { } program)
                return;
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                // The sandbox refuses root, and a container may not make one.
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            });
        }

        public async Task<IPage> OpenAsync(
            Uri address, BrowserNewContextOptions? options = null, Action<IPage>? watch = null)
        {
            var context = await _browser!.NewContextAsync(options ?? new BrowserNewContextOptions());
            context.SetDefaultTimeout(30_000);
            var page = await context.NewPageAsync();
            watch?.Invoke(page);
            await page.GotoAsync($"{address}");
            return page;
        }

        public async ValueTask DisposeAsync()
        {
            if (_browser is not null)
                await _browser.DisposeAsync();
            _playwright?.Dispose();
        }
    }
}
