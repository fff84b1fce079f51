using System.Diagnostics;
using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Processes;

public sealed class FolderProcessesTests : IDisposable
{
    private const string OpenFiles = "Windows does not tell which files a process has open.";

    private readonly TemporaryFolder _folder = new();
    private readonly string _checkout;

    public FolderProcessesTests() => _checkout = Directory.CreateDirectory(_folder["checkout-1"]).FullName;

    private List<int> Found => FolderProcesses.In(_checkout).Select(entry => entry.Identity.Id).ToList();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nobody_runs_in_a_folder_that_nobody_uses() => Assert.Empty(Found);

    [Fact]
    public void A_process_that_stands_in_the_folder_is_found_with_its_name_and_identity()
    {
        using var process = TestProcess.Sleep(_checkout);
        Assert.Equal([ProcessTable.Find(process.Id)!], FolderProcesses.In(_checkout));
    }

    [Fact]
    public void One_that_stands_further_below_is_found()
    {
        using var process = TestProcess.Sleep(
            Directory.CreateDirectory(Path.Combine(_checkout, "src", "deep")).FullName);
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void One_that_stands_in_a_folder_whose_name_only_begins_the_same_is_not_found()
    {
        using var other = TestProcess.Sleep(Directory.CreateDirectory(_folder["checkout-10"]).FullName);
        using var above = TestProcess.Sleep(_folder.Path);
        Assert.Empty(Found);
    }

    [Fact]
    public void One_that_stands_elsewhere_and_holds_a_file_open_is_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), OpenFiles);
        File.WriteAllText(Path.Combine(_checkout, "file"), "");
        using var process = new TestProcess(_folder.Path, "exec 3<checkout-1/file; echo; exec sleep 600");
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void One_that_holds_the_folder_itself_open_is_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), OpenFiles);
        using var process = new TestProcess(_folder.Path, "exec 3<checkout-1; echo; exec sleep 600");
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void One_whose_program_is_in_the_folder_is_found_wherever_it_runs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoCopies);
        TestProcess.CopyProgram("/bin/sleep", Path.Combine(_checkout, "server"));
        using var process = new TestProcess(_folder.Path, $"echo; exec '{_checkout}/server' 60");
        Eventually.True(() => Found.Count > 0);
        Assert.Equal([process.Id], Found);
    }

    [ProgramFact("python3")]
    public void One_that_has_a_file_of_the_folder_mapped_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells which files a process has mapped.");
        File.WriteAllText(Path.Combine(_checkout, "file"), "text");
        const string script =
            "import mmap, time; f = open('checkout-1/file'); m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ); f.close(); print(flush=True); time.sleep(60)";
        // mmap of Python keeps a descriptor of its own, which only closing all of them takes away.
        using var process = new TestProcess(
            _folder.Path,
            $"exec python3 -c \"{script.Replace("print", "import os; os.closerange(3, 64); print", StringComparison.Ordinal)}\""
        );
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void An_open_file_counts_after_it_was_removed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), OpenFiles);
        using var process = new TestProcess(
            _folder.Path, "exec 3>checkout-1/file; rm checkout-1/file; echo; exec sleep 600");
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void One_that_stands_in_the_folder_is_found_after_the_folder_was_removed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows removes no folder that somebody stands in.");
        using var process = TestProcess.Sleep(_checkout);
        Directory.Delete(_checkout);
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void A_folder_is_asked_about_by_a_link_to_it_and_with_a_separator_at_its_end()
    {
        UnixTools.SkipWithoutLinks();
        Directory.CreateSymbolicLink(_folder["link"], _checkout);
        using var process = TestProcess.Sleep(_checkout);
        Assert.Equal(process.Id, Assert.Single(FolderProcesses.In(_folder["link"])).Identity.Id);
        Assert.Equal(process.Id, Assert.Single(FolderProcesses.In(_checkout + "/")).Identity.Id);
    }

    [Fact]
    public void One_that_came_by_a_link_is_found()
    {
        UnixTools.SkipWithoutLinks();
        Directory.CreateSymbolicLink(_folder["link"], _checkout);
        using var process = TestProcess.Sleep(_folder["link"]);
        Assert.Equal([process.Id], Found);
    }

    [Fact]
    public void A_folder_whose_name_is_not_ascii_is_found()
    {
        var folder = Directory.CreateDirectory(_folder["größe 倉庫"]).FullName;
        using var process = TestProcess.Sleep(folder);
        Assert.Equal(process.Id, Assert.Single(FolderProcesses.In(folder)).Identity.Id);
    }

    [Fact]
    public void Everybody_is_below_the_root()
    {
        using var process = TestProcess.Sleep(_checkout);
        var everybody = FolderProcesses.In(Path.GetPathRoot(_checkout)!);
        Assert.Contains(process.Id, everybody.Select(entry => entry.Identity.Id));
    }

    [Fact]
    public void Many_are_sorted_by_id_and_some_can_be_left_out()
    {
        using var one = TestProcess.Sleep(_checkout);
        using var two = TestProcess.Sleep(_checkout);
        using var three = TestProcess.Sleep(_checkout);
        Assert.Equal(new[] { one.Id, two.Id, three.Id }.Order(), Found);
        Assert.Equal(
            [two.Id],
            FolderProcesses.In(_checkout, new HashSet<int> { one.Id, three.Id }).Select(entry => entry.Identity.Id));
    }

    [Fact]
    public void One_that_ended_is_not_found()
    {
        using var process = TestProcess.Sleep(_checkout);
        Assert.Equal([process.Id], Found);
        using (var same = Process.GetProcessById(process.Id))
            same.Kill();
        Eventually.True(() => Found.Count == 0);
    }

    [Fact]
    public void Processes_that_come_and_go_are_no_error()
    {
        using var busy = new TestProcess(_folder.Path, "echo; while :; do (: <checkout-1) & /bin/true; done");
        using var process = TestProcess.Sleep(_checkout);
        for (var i = 0; i < 100; i++)
            Assert.Contains(process.Id, Found);
    }

    [Fact]
    public void A_path_that_is_not_absolute_is_refused() =>
        Assert.Throws<ArgumentException>(() => FolderProcesses.In("checkout-1"));
}
