<%@ page language="java" contentType="text/plain; charset=UTF-8"
         import="java.util.ArrayList, java.util.Date, java.util.HashMap" %><%
    // One attribute of each kind that a session may hold; `?set` writes them, any request shows them.
    if (request.getParameter("set") != null) {
        ArrayList list = new ArrayList();
        list.add("one");
        list.add(2);
        HashMap map = new HashMap();
        map.put("inner", list);
        session.setAttribute("string", "Grüße");
        session.setAttribute("integer", 42);
        session.setAttribute("fraction", 2.5);
        session.setAttribute("flag", true);
        session.setAttribute("date", new Date(1000L));
        session.setAttribute("list", list);
        session.setAttribute("map", map);
    }
    Date date = (Date) session.getAttribute("date");
%><%@ include file="node.jspf" %>
string=${sessionScope.string}
integer=${sessionScope.integer + 1}
fraction=${sessionScope.fraction * 2}
flag=${not sessionScope.flag}
date=<%= date == null ? 0 : date.getTime() %>
list=${sessionScope.list}
map=${sessionScope.map.inner[1]}
