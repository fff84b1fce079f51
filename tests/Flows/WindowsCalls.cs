using System.Runtime.InteropServices;

namespace Gitproc.Flows;

/// <summary>The other name that a path may have on Windows, as <c>RUNNER~1</c> for <c>runneradmin</c>.</summary>
internal static partial class ShortName
{
    public static string Of(string path)
    {
        var name = new char[path.Length + 1];
        return new string(name, 0, (int)GetShortPathName(path, name, (uint)name.Length));
    }

    [LibraryImport("kernel32", EntryPoint = "GetShortPathNameW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial uint GetShortPathName(string path, [Out] char[] name, uint length);
}

/// <summary>Ctrl+Break to a process group, which is all that a program of Windows can send to another.</summary>
internal static partial class ConsoleBreak
{
    public static bool Send(int group) => GenerateConsoleCtrlEvent(1, group); // CTRL_BREAK_EVENT

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GenerateConsoleCtrlEvent(uint kind, int group);
}
